# 표준 라이브러리의 asyncio: 스레드 하나가 모든 연결을 돌봅니다.
# asyncio of the standard library: one thread minds all connections.

import asyncio
import os


async def handle_client(reader, writer):
    print(f"클라이언트가 연결되었습니다. 주소: {writer.get_extra_info('peername')}")
    await reader.read(1024)
    writer.write("서버로부터 응답: {data}".encode("utf-8"))
    await writer.drain()
    writer.close()


async def main():
    port = int(os.environ.get("PORT", 12345))
    server = await asyncio.start_server(handle_client, "127.0.0.1", port, backlog=128)
    await server.serve_forever()


asyncio.run(main())
