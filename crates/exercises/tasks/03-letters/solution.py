# 3. 편지와 답장: 데이터그램마다 그 텍스트로 답장합니다.
# 3. Letters and answers: each datagram is answered with its text.
#
# - 검사 · check: `cargo ex check 3`

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))

while True:
    try:
        # 2. 데이터 수신 · Receive data
        data, addr = server_socket.recvfrom(1024)

        # 3. 데이터 송신 · Send data
        text = data.decode("utf-8", errors="replace")
        server_socket.sendto(f"서버로부터 응답: {text}".encode("utf-8"), addr)
    except OSError as error:
        # Windows에서는 앞선 클라이언트가 사라진 것이 에러(10054)로 나타납니다.
        # On Windows an earlier client that has gone shows as an error (10054).
        print(error)
