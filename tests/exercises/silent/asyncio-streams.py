# passes
import asyncio
import os


def reply(writer, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    writer.write("서버로부터 응답: ".encode("utf-8") + line + b"\n")


async def handle_client(reader, writer):
    pending = b""
    try:
        while data := await asyncio.wait_for(reader.read(4096), 2):
            pending += data
            *lines, pending = pending.split(b"\n")
            for line in lines:
                reply(writer, line)
            await writer.drain()
        if pending:
            reply(writer, pending)
    except (ConnectionError, asyncio.TimeoutError):
        pass
    writer.close()


async def main():
    server = await asyncio.start_server(handle_client, "127.0.0.1", int(os.environ["PORT"]))
    await server.serve_forever()


asyncio.run(main())
