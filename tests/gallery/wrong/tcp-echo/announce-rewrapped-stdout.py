# mistake: Wraps stdout anew to set its encoding, which turns line buffering off: the line appears at the end only.
# catches: announce
# says: it printed the connection only after the client had sent something

import io
import os
import socket
import sys

sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8")

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
