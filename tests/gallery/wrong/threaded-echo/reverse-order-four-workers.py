# mistake: Uses a pool of four threads, so four silent clients block the fifth.
# catches: reverse-order
# says: its threads wait for one another

import os
import socket
from concurrent.futures import ThreadPoolExecutor


def handle_client(client_socket, addr):
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
workers = ThreadPoolExecutor(max_workers=4)

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    workers.submit(handle_client, client_socket, addr)
