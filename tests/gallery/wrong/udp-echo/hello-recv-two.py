# mistake: Takes two values from recv, which returns the data alone.
# catches: hello
# says: the call returns another number of values

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recv(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
