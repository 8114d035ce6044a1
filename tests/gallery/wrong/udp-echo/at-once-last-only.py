# mistake: Takes all datagrams that are there, and answers only the last of them.
# catches: at-once
# says: it answered before, but not this one

import os
import select
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    while select.select([server_socket], [], [], 0.01)[0]:
        data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)
