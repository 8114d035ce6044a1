# mistake: Receives up to 2048 bytes and prints them all, not only the first 1024.
# catches: over-buffer
# says: it read more than 1024 bytes

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(2048)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
