# UDP 서버: 데이터그램을 하나씩 받아 출력하고, 보낸 쪽에 응답합니다.
# A UDP server: receives datagrams, prints each and replies to its sender.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/udp-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/udp-echo/python/client.py 안녕`
#
# 터미널 1에는 받은 데이터가, 터미널 2에는 `서버로부터 응답`이 나타납니다. Ctrl-C로 끝냅니다.
# Terminal 1 shows the data, terminal 2 shows `서버로부터 응답`. Ctrl-C ends the server.
#
# 주의: UTF-8이 아닌 데이터그램을 하나만 받아도 서버가 죽습니다. 1024바이트에서 글자가 잘려도 마찬가지입니다.
# Hazard: one datagram that is not UTF-8 ends the server; so does a character cut at 1024 bytes.

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    # 2. 데이터 수신 · Receive data
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    # 3. 데이터 송신 · Send data
    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)

# 4. 소켓 닫기(실행되지 않음) · Close the socket (never reached)
server_socket.close()
