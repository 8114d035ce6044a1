# passes
import asyncio
import os


async def handle_client(reader, writer):
    try:
        while line := await reader.readline():
            line = line.removesuffix(b"\n").removesuffix(b"\r")
            writer.write("서버로부터 응답: ".encode() + line + b"\n")
            await writer.drain()
    except OSError as error:
        print(error)
    writer.close()


async def main():
    server = await asyncio.start_server(handle_client, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


asyncio.run(main())
