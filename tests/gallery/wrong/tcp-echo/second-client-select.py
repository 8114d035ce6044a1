# mistake: Serves every client that connects and ends only when none is left, so a silent second client keeps it alive.
# catches: second-client
# says: it answered the second client too

import os
import select
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

clients = []
while True:
    readable, _, _ = select.select([server_socket] + clients, [], [])
    for ready in readable:
        if ready is server_socket:
            client_socket, addr = server_socket.accept()
            print(f"클라이언트가 연결되었습니다. 주소: {addr}")
            clients.append(client_socket)
        else:
            data = ready.recv(1024)
            ready.sendall("서버로부터 응답: {data}".encode("utf-8"))
            ready.close()
            clients.remove(ready)
    if not clients:
        break

server_socket.close()
