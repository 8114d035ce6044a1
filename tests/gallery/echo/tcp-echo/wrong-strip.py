# mistake: Sends back the data without the blanks at its ends.
# catches: lines
# says: the data that came back is not what was sent

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

data = client_socket.recv(1024)
client_socket.sendall(f"서버로부터 응답: {data.decode().strip()}".encode("utf-8"))

client_socket.close()
server_socket.close()
