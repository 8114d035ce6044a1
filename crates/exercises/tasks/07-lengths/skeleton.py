# 7. 길이가 앞에 붙은 메시지: 한 번에 다 읽힌다고 여깁니다. 고치세요.
# 7. Messages that begin with their length: this takes one read for all. Mend it.
#
# - 검사 · check: `cargo ex check 7`

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
            length = client_socket.recv(4)
            if not length:
                break
            data = client_socket.recv(int.from_bytes(length, "big"))
            reply = "서버로부터 응답: ".encode("utf-8") + data
            client_socket.sendall(len(reply).to_bytes(4, "big") + reply)
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()
