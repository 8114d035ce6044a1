# joined: only-some-lines
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
prefix = "서버로부터 응답: ".encode()
while True:
    client, addr = server.accept()
    while data := client.recv(65536):
        client.sendall(prefix + data.split(b"\n")[0] + b"\n")
    client.close()
