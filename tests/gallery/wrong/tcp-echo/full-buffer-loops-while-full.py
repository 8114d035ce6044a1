# mistake: Reads on while a chunk fills the buffer, so a message of exactly 1024 bytes blocks it.
# catches: full-buffer
# says: after a full buffer it waited for more

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = b""
while True:
    chunk = client_socket.recv(1024)
    data += chunk
    if len(chunk) < 1024:
        break
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
