# mistake: Connects to the port, as a client does, and then wants to accept.
# catches: hello
# says: it connects, as a client does

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.connect(("localhost", int(os.environ.get("PORT", 12345))))

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
