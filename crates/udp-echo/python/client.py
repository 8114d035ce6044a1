# UDP 클라이언트: 데이터그램 하나를 보내고 응답 하나를 받습니다.
# A UDP client: sends one datagram and receives one reply.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/udp-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/udp-echo/python/client.py 안녕`
#
# 터미널 2에 `서버로부터 응답`이 나타납니다.
# Terminal 2 shows `서버로부터 응답`.
#
# 주의: 서버가 없으면 오지 않을 응답을 끝없이 기다립니다. Ctrl-C로 끝냅니다.
# Hazard: without a server it waits for ever for a reply that never comes. Ctrl-C ends it.

import os
import socket
import sys

# 1. 클라이언트 소켓 생성 · Create the client socket
client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
addr = ("localhost", int(os.environ.get("PORT", 12345)))

# 2. 데이터 송신 · Send data
message = sys.argv[1] if len(sys.argv) > 1 else "안녕하세요"
client_socket.sendto(message.encode("utf-8"), addr)

# 3. 응답 수신 · Receive the reply
response, addr = client_socket.recvfrom(65535)
print(response.decode("utf-8"))

# 4. 소켓 닫기 · Close the socket
client_socket.close()
