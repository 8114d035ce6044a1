# mistake: The reply is an f-string of the bytes object, so it holds b'hello' and not hello.
# catches: hello
# says: the reply holds b'…', the repr of a bytes object in an f-string

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = f"서버로부터 응답: {data}".encode("utf-8")
    server_socket.sendto(response, addr)
