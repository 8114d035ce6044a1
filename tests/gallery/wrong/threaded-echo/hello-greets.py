# mistake: Sends a greeting as soon as somebody connects, and the right reply later.
# catches: hello
# says: it speaks before it is spoken to
# race: on a busy machine the greeting may come after the first message.

import os
import socket
import threading


def handle_client(client_socket, addr):
    client_socket.sendall("환영합니다!\n".encode("utf-8"))
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
