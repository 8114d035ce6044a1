# mistake: Binds 127.0.1.1, as Debian's hosts file has it for the machine's own name.
# catches: hello
# says: it listens on 127.0.1.1 instead of 127.0.0.1

import os
import socket

HOST = "127.0.1.1"

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind((HOST, int(os.environ.get("PORT", 12345))))
server_socket.listen()
client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
client_socket.close()
server_socket.close()
