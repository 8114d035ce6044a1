# right: Python; it works for a second on each reply.

import os
import socket
import threading
import time


def handle_client(client_socket, addr):
    with client_socket:
        data = client_socket.recv(1024)
        time.sleep(1)
        client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    threading.Thread(target=handle_client, args=(client_socket, addr), daemon=True).start()
