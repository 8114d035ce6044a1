# mistake: MSG_WAITALL waits until all 1024 bytes are there.
# catches: hello
# says: it answered only after exactly 1024 bytes had come

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
data = client_socket.recv(1024, socket.MSG_WAITALL)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
client_socket.close()
server_socket.close()
