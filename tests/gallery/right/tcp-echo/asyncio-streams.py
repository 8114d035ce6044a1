# right: asyncio; accepts one client by hand, so a second one stays in the backlog as in the original.

import asyncio
import os
import socket


async def main():
    server_socket = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", 12345))))
    server_socket.setblocking(False)

    client_socket, addr = await asyncio.get_running_loop().sock_accept(server_socket)
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")

    reader, writer = await asyncio.open_connection(sock=client_socket)
    data = await reader.read(1024)
    writer.write("서버로부터 응답: {data}".encode("utf-8"))
    await writer.drain()

    writer.close()
    await writer.wait_closed()
    server_socket.close()


asyncio.run(main())
