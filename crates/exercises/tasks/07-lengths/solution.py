# 7. 길이가 앞에 붙은 메시지: 길이만큼 다 읽고 응답합니다.
# 7. Messages that begin with their length: as much is read as the length says.
#
# - 검사 · check: `cargo ex check 7`

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
        length = int.from_bytes(receive(client_socket, 4), "big")
        # 길이는 클라이언트의 말일 뿐입니다. 믿고 기다리기 전에 봅니다.
        # The length is no more than what the client says: it is looked at before so much is waited for.
        if length > LONGEST:
            break
        reply = "서버로부터 응답: ".encode("utf-8") + receive(client_socket, length)
        client_socket.sendall(len(reply).to_bytes(4, "big") + reply)


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()

    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        handle_client(client_socket)
    except EOFError:
        # 메시지가 다 오지 않은 채 끝나는 것은 에러가 아닙니다.
        # An end where no message is whole is no error.
        pass
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()
