# mistake: Binds the port and then only sleeps: recvfrom is never called.
# catches: hello
# says: the datagram lies unread in the socket

import os
import socket
import time


def receive(server_socket):
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)


server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
while True:
    time.sleep(1)
    receive
