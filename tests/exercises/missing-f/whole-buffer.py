# plain: nul-bytes
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
client, addr = server.accept()
buffer = bytearray(1024)
client.recv_into(buffer)
client.sendall("서버로부터 응답: ".encode() + buffer)
client.close()
