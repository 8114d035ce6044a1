# one: empty-answered
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
prefix = "서버로부터 응답: ".encode()
while True:
    client, addr = server.accept()
    pending = b""
    while data := client.recv(65536):
        pending += data
        *lines, pending = pending.split(b"\n")
        for line in lines:
            client.sendall(prefix + line.removesuffix(b"\r") + b"\n")
    client.sendall(prefix + pending + b"\n")
    client.close()
