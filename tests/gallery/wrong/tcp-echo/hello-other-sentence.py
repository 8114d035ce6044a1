# mistake: Prints a sentence in its own words, not the one that was asked for.
# catches: hello
# says: it printed another sentence than the original

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트 연결됨: {addr}")

data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
