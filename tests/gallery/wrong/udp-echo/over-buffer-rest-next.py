# mistake: Expects the rest of a long datagram in the next recvfrom, as in TCP, and waits for it.
# catches: over-buffer
# says: no reply came

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    while len(data) % 1024 == 0 and data:
        rest, addr = server_socket.recvfrom(1024)
        data += rest
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
