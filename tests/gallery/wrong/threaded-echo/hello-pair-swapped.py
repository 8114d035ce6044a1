# mistake: Unpacks accept's pair in the wrong order, so the address is called the socket.
# catches: hello
# says: accept returns a pair, the socket and its address

import os
import socket
import threading


def handle_client(client_socket):
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
while True:
    addr, client_socket = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    threading.Thread(target=handle_client, args=[client_socket]).start()
