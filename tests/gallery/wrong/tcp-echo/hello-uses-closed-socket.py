# mistake: Shuts the client socket down after closing it: OSError, so the exit code is 1.
# catches: hello
# says: a socket was used after it had been closed

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
client_socket.shutdown(socket.SHUT_RDWR)
server_socket.close()
