# mistake: Forgets bind, so that the system chooses a port at the first datagram.
# catches: hello
# says: it runs, but the port is not bound

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
