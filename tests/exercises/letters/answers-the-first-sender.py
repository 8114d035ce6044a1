# plain: serves-no-more
import os
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(os.environ["PORT"])))
first = None
while True:
    data, addr = server.recvfrom(1024)
    first = first or addr
    server.sendto("서버로부터 응답: ".encode() + data, first)
