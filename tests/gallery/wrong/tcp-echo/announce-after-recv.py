# mistake: Prints the line only after the client has spoken, not as soon as it is accepted.
# catches: announce
# says: it printed the connection only after the client had sent something

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
data = client_socket.recv(1024)
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
