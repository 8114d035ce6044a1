# mistake: Port and host are swapped in bind's pair.
# catches: hello
# says: host and port of bind are swapped

import os
import socket

PORT = int(os.environ.get("PORT", 12345))
HOST = "localhost"

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind((PORT, HOST))
server_socket.listen(1)

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
client_socket.close()
server_socket.close()
