# mistake: After a client that resets it waits for another client, although it should serve one and end.
# catches: reset
# says: it does not end after its one client

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    try:
        data = client_socket.recv(1024)
        client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
        break
    except OSError:
        client_socket.close()

client_socket.close()
server_socket.close()
