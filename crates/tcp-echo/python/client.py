# TCP 클라이언트: 메시지를 보내고, 서버가 연결을 닫을 때까지 응답을 받습니다.
# A TCP client: sends a message and receives until the server closes.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/tcp-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/tcp-echo/python/client.py 안녕`
#
# 터미널 2에 `서버로부터 응답: {data}`가 나타납니다.
# Terminal 2 shows `서버로부터 응답: {data}`.
#
# 주의: 빈 메시지를 보내면 서버와 클라이언트가 서로를 끝없이 기다립니다.
# Hazard: with an empty message, server and client wait for each other for ever.

import os
import socket
import sys

# 1. 서버에 연결 · Connect to the server
client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
client_socket.connect(("localhost", int(os.environ.get("PORT", 12345))))

# 2. 데이터 송신 · Send data
message = sys.argv[1] if len(sys.argv) > 1 else "안녕하세요"
client_socket.sendall(message.encode("utf-8"))

# 3. 응답 수신 · Receive the reply
response = b""
while chunk := client_socket.recv(1024):
    response += chunk
print(response.decode("utf-8"))

# 4. 연결 종료 · Close the connection
client_socket.close()
