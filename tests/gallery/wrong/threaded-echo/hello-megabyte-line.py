# mistake: The handler fails, and the message of its exception is one line of a megabyte.
# catches: hello
# says: ValueError: 지원하지 않는 요청

import os
import socket
import threading


def handle_client(client_socket, addr):
    data = client_socket.recv(1024)
    page = "<html>" + "x" * 1_100_000 + "</html>"
    if not data.startswith(b"GET"):
        raise ValueError(f"지원하지 않는 요청 {data!r}, 페이지: {page}")
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
