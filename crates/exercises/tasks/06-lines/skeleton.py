# 6. 줄 단위 메시지: 한 번 읽은 것이 메시지 하나라고 여깁니다. 고치세요.
# 6. Messages that are lines: this takes one read for one message. Mend it.
#
# - 검사 · check: `cargo ex check 6`

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()

    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        while True:
            data = client_socket.recv(1024)
            if not data:
                break
            client_socket.sendall("서버로부터 응답: ".encode("utf-8") + data)
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()
