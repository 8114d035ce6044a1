# mistake: Counts the reply in characters and sends as many bytes.
# catches: hello
# says: the reply is cut short, 16 of 30 bytes

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
response = "서버로부터 응답: {data}"
client_socket.sendall(response.encode("utf-8")[: len(response)])

client_socket.close()
server_socket.close()
