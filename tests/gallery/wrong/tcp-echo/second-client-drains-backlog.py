# mistake: Serves whoever else has connected meanwhile, although it should serve one client and end.
# catches: second-client
# says: it answered the second client too

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    try:
        client_socket, addr = server_socket.accept()
    except BlockingIOError:
        break
    client_socket.setblocking(True)
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")

    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()
    server_socket.setblocking(False)

server_socket.close()
