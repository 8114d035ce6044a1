# mistake: Listens on ::1, so a client that connects to 127.0.0.1 is refused.
# catches: hello
# says: it listens on ::1 instead of 127.0.0.1

import os
import socket
import threading


def handle_client(client_socket, addr):
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
server_socket.bind(("::1", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    client_thread = threading.Thread(target=handle_client, args=(client_socket, addr))
    client_thread.start()
