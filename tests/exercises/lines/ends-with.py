# and-a-half: waits-for-characters
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
        if pending.endswith(b"\n"):
            for line in pending[:-1].split(b"\n"):
                client.sendall(prefix + line + b"\n")
            pending = b""
    if pending:
        client.sendall(prefix + pending + b"\n")
    client.close()
