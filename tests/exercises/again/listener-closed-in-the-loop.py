# ten: dies-later | ten: dies
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
while True:
    client, addr = server.accept()
    client.sendall(f"서버로부터 응답: {client.recv(1024).decode()}".encode())
    client.close()
    server.close()
