# mistake: Takes NUL bytes off both ends first, and finds nothing left to answer.
# catches: nul
# says: no reply came

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    data = data.strip(b"\0")
    if data:
        print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
        server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)
