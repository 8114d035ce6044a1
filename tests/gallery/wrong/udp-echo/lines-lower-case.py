# mistake: Prints everything in lower case.
# catches: lines
# says: it differs from character 2 on

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8').lower()}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
