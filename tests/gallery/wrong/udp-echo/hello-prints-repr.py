# mistake: Prints the bytes object itself (b'hello'), not the decoded text.
# catches: hello
# says: it printed b'…' without decoding

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
