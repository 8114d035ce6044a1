# mistake: "with server_socket" stands inside the loop, so the server socket is closed after the first client.
# catches: hello
# says: the server socket was closed in it

import os
import socket
import threading


def handle_client(client_socket, addr):
    with client_socket:
        client_socket.recv(1024)
        client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
while True:
    with server_socket:
        client_socket, addr = server_socket.accept()
        print(f"클라이언트가 연결되었습니다. 주소: {addr}")
        threading.Thread(target=handle_client, args=(client_socket, addr)).start()
