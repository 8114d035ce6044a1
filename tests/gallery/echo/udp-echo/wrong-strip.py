# mistake: Tidies the white space of the message in the reply, so the newline inside is lost.
# catches: lines
# says: the data that came back is not what was sent

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답: ".encode("utf-8") + b" ".join(data.split())
    server_socket.sendto(response, addr)
