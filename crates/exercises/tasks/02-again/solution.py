# 2. 계속 응답하는 서버: 클라이언트를 하나씩 끝없이 처리합니다.
# 2. A server that goes on: one client after another, for ever.
#
# - 검사 · check: `cargo ex check 2`

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()

    # 한 클라이언트의 에러가 서버를 끝내면 안 됩니다.
    # The error of one client must not end the server.
    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        text = client_socket.recv(1024).decode("utf-8", errors="replace")
        client_socket.sendall(f"서버로부터 응답: {text}".encode("utf-8"))
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()
