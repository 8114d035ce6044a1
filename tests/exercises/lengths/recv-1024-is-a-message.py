# pieces: message-cut
import os
import socket

LONGEST = 65536


def receive(client_socket, size):
    data = b""
    while len(data) < size:
        piece = client_socket.recv(size - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def handle_client(client_socket):
    while True:
        data = client_socket.recv(70000)
        if not data:
            break
        length = int.from_bytes(data[:4], "big")
        if length > LONGEST:
            break
        reply = "서버로부터 응답: ".encode("utf-8") + data[4 : 4 + length]
        client_socket.sendall(len(reply).to_bytes(4, "big") + reply)


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
