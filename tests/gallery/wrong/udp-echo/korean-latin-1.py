# mistake: Decodes the datagram as Latin-1, which never fails but turns each Korean letter into three others.
# catches: korean
# says: it was decoded with another encoding than UTF-8

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('latin-1')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
