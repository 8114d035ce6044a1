# mistake: Os.getenv gives text, and bind wants a number for the port.
# catches: hello
# says: the port that bind got is not a whole number

import os
from socket import AF_INET, SOCK_DGRAM, socket

host = "127.0.0.1"
port = os.getenv("PORT", "12345")

server = socket(AF_INET, SOCK_DGRAM)
server.bind((host, port))

while True:
    data, addr = server.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
    server.sendto("서버로부터 응답".encode("utf-8"), addr)
