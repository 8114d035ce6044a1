# 3. 편지와 답장: 받은 텍스트가 답장에 들어가게 고치세요.
# 3. Letters and answers: make the text that was received stand in the answer.
#
# - 검사 · check: `cargo ex check 3`

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))

while True:
    # 2. 데이터 수신 · Receive data
    data, addr = server_socket.recvfrom(1024)

    # 3. 데이터 송신 · Send data
    server_socket.sendto("서버로부터 응답".encode("utf-8"), addr)
