# mistake: A UDP server where a TCP server was asked for.
# catches: hello
# says: it made a UDP socket

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
data, addr = server_socket.recvfrom(1024)
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
server_socket.sendto("서버로부터 응답: {data}".encode("utf-8"), addr)
server_socket.close()
