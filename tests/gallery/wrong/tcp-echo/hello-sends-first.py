# mistake: Sends the reply and only then receives.
# catches: hello
# says: it speaks before it is spoken to

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
data = client_socket.recv(1024)

client_socket.close()
server_socket.close()
