# right: Python; a thread per datagram.

import os
import socket
import threading


def handle_datagram(data, addr):
    text = data.decode("utf-8", errors="replace")
    print(f"클라이언트로부터 받은 데이터: {text}\n", end="")
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)


server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
while True:
    data, addr = server_socket.recvfrom(1024)
    threading.Thread(target=handle_datagram, args=(data, addr)).start()
