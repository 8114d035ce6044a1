# mistake: The handler uses the global client_socket, which by then is the latest client's, so the wrong one is answered.
# catches: reverse-order
# says: a socket was used after it had been closed

import os
import socket
import threading


def handle_client():
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    client_thread = threading.Thread(target=handle_client)
    client_thread.start()
