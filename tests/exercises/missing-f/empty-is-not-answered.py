# half-close: ignores-half-close
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
client, addr = server.accept()
data = client.recv(1024)
if data:
    client.sendall(f"서버로부터 응답: {data.decode()}".encode())
client.close()
