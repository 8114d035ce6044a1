# passes
import asyncio
import os


async def handle_client(reader, writer):
    try:
        data = await reader.read(1024)
        writer.write("서버로부터 응답: ".encode() + data)
        await writer.drain()
    except OSError as error:
        print(error)
    finally:
        writer.close()


async def main():
    server = await asyncio.start_server(handle_client, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


asyncio.run(main())
