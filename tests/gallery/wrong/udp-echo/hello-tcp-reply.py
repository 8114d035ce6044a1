# mistake: Sends the reply of the TCP server, with ': {data}' at its end.
# catches: hello
# says: something follows the reply that the original does not send

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답: {data}"
    server_socket.sendto(response.encode("utf-8"), addr)
