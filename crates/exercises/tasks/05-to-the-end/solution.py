# 5. 끝까지 읽기: 서버가 닫을 때까지 읽고 출력합니다.
# 5. To the end: it reads until the server closes, and prints.
#
# - 검사 · check: `cargo ex check 5`

import os
import socket
import sys


def ask(message):
    # 1. 클라이언트 소켓 생성과 서버 연결 · Create the client socket and connect to the server
    client_socket = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))

    # 2. 데이터 송신 · Send data
    client_socket.sendall(message.encode("utf-8"))

    # 3. 데이터 수신 · Receive data
    # 시간은 읽을 때마다 새로 갑니다.
    # The clock starts anew with every recv.
    client_socket.settimeout(3)
    while data := client_socket.recv(1024):
        pieces.append(data)

    # 4. 연결 종료 · Close the connection
    client_socket.close()


pieces = []
code = 0
try:
    ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    code = 1
# 에러가 났어도 온 것은 출력합니다.
# After an error too what came is printed.
print(b"".join(pieces).decode("utf-8", "replace"))
sys.exit(code)
