# mistake: Binds 127.0.0.2.
# catches: hello
# says: it listens on 127.0.0.2 instead of 127.0.0.1

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("127.0.0.2", int(os.environ.get("PORT", 12345))))
while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)
