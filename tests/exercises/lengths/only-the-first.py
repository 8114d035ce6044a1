# joined: only-some-messages
import os
import socket

LONGEST = 65536


def handle_client(client_socket):
    pending = b""
    while True:
        data = client_socket.recv(70000)
        if not data:
            break
        pending += data
        if len(pending) < 4:
            continue
        length = int.from_bytes(pending[:4], "big")
        if length > LONGEST:
            break
        if len(pending) >= 4 + length:
            reply = "서버로부터 응답: ".encode("utf-8") + pending[4 : 4 + length]
            client_socket.sendall(len(reply).to_bytes(4, "big") + reply)
            pending = b""


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()

    try:
        handle_client(client_socket)
    except EOFError:
        pass
    except OSError as error:
        print(addr, error)

    client_socket.close()
