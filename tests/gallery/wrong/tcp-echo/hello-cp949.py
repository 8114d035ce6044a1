# mistake: The reply is encoded as CP949, the code page of Korean Windows, not as UTF-8.
# catches: hello
# says: the reply is encoded in cp949 (EUC-KR), not in UTF-8

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("cp949"))

client_socket.close()
server_socket.close()
