# not-utf8: dies
import os
import socket

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", int(os.environ["PORT"])))
while True:
    data, addr = server.recvfrom(1024)
    server.sendto(f"서버로부터 응답: {data.decode()}".encode(), addr)
