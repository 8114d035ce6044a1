# TCP 서버: 클라이언트 하나의 연결을 수락해 한 번 읽고, 응답하고, 끝납니다.
# A TCP server: accepts one client, reads once, replies and ends.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/tcp-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/tcp-echo/python/client.py 안녕`
#
# 터미널 1에는 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 나타납니다.
# Terminal 1 shows the client's address, terminal 2 shows `서버로부터 응답: {data}`.
#
# 주의: 서버가 먼저 닫은 연결이 TIME_WAIT 상태로 남아, 끝난 뒤 약 1분 동안 다시 시작할 수 없습니다(Windows 제외). 다른 포트는 환경 변수 PORT로 정합니다.
# Hazard: the closed connection stays in TIME_WAIT, so for about a minute a restart fails (not on Windows). The environment variable PORT sets another port.

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

# 2. 클라이언트 연결 수락 · Accept a client connection
client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

# 3. 클라이언트와 데이터 교환 · Exchange data with the client
data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

# 4. 연결 종료 · Close the connection
client_socket.close()
server_socket.close()
