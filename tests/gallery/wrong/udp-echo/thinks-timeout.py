# mistake: Settimeout(1) on the socket: without a datagram for a second it ends with a traceback.
# catches: thinks
# says: a timeout is set, so that it gives up on a client that is slow

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.settimeout(1)

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)
