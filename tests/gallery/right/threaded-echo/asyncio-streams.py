# right: asyncio; a task in place of a thread.

import asyncio
import os


async def handle_client(reader, writer):
    print(f"클라이언트가 연결되었습니다. 주소: {writer.get_extra_info('peername')}")
    data = await reader.read(1024)
    writer.write("서버로부터 응답: {data}".encode("utf-8"))
    await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(handle_client, "127.0.0.1", int(os.environ.get("PORT", 12345)))
    async with server:
        await server.serve_forever()


asyncio.run(main())
