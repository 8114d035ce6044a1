# byte-by-byte: decoded-in-pieces
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
prefix = "서버로부터 응답: ".encode()
while True:
    client, addr = server.accept()
    pending = ""
    while data := client.recv(65536):
        pending += data.decode(errors="replace")
        *lines, pending = pending.split("\n")
        for line in lines:
            client.sendall(prefix + line.removesuffix("\r").encode() + b"\n")
    if pending:
        client.sendall(prefix + pending.encode() + b"\n")
    client.close()
