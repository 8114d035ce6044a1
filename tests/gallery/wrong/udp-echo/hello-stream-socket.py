# mistake: Creates a stream (TCP) socket, so nobody listens on the UDP port.
# catches: hello
# says: it made a TCP socket

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    data = client_socket.recv(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    client_socket.sendall(response.encode("utf-8"))
    client_socket.close()
