# 11. 채팅방: 줄이 보낸 사람에게만 갑니다. 나머지 모두에게 가게 고치세요.
# 11. Chat room: a line goes to its sender alone. Make it go to everybody else.
#
# - 검사 · check: `cargo ex check 11`

import os
import socket
import threading


def read_lines(client_socket):
    pending = b""
    while True:
        data = client_socket.recv(1024)
        if not data:
            return
        pending += data
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            yield line


def handle_client(client_socket, addr):
    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        name = None
        for line in read_lines(client_socket):
            if name is None:
                name = line
                client_socket.sendall("환영합니다\n".encode("utf-8"))
            else:
                client_socket.sendall(name + b": " + line + b"\n")
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
