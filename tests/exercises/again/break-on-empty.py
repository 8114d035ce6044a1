# half-close: ends-on-half-close
import os
import socket

server = socket.socket()
server.bind(("127.0.0.1", int(os.environ["PORT"])))
server.listen()
while True:
    client, addr = server.accept()
    try:
        data = client.recv(1024)
        if not data:
            break
        client.sendall(f"서버로부터 응답: {data.decode()}".encode())
    except OSError:
        pass
    client.close()
