# mistake: Takes an empty datagram for the end of a connection, as in TCP, and leaves the loop.
# catches: empty
# says: it ended when an empty datagram came

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    if not data:
        break
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
