# TCP 클라이언트 셋: 연결을 모두 연 다음, 마지막 연결부터 거꾸로 메시지를 보냅니다.
# Three TCP clients: open all connections, then speak, the last one first.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/threaded-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/threaded-echo/python/client.py 안녕`
#
# 터미널 2에 `서버로부터 응답: {data}`가 세 번, 마지막 클라이언트의 것부터 나타납니다.
# Terminal 2 shows `서버로부터 응답: {data}` three times, the last client's first.
#
# 주의: 한 번에 한 클라이언트만 처리하는 서버에서는 첫 응답부터 끝없이 기다립니다.
# Hazard: a server that serves one client at a time makes it wait for ever for the first reply.

import os
import socket
import sys

# 1. 연결을 모두 열기 · Open all connections
client_sockets = []
for _ in range(3):
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    client_socket.connect(("localhost", int(os.environ.get("PORT", 12345))))
    client_sockets.append(client_socket)
message = sys.argv[1] if len(sys.argv) > 1 else "안녕하세요"

while client_sockets:
    # 2. 데이터 송신, 마지막 연결부터 · Send data, last connection first
    client_socket = client_sockets.pop()
    client_socket.sendall(message.encode("utf-8"))

    # 3. 응답 수신 · Receive the reply
    response = b""
    while chunk := client_socket.recv(1024):
        response += chunk
    print(response.decode("utf-8"))

    # 4. 연결 종료 · Close the connection
    client_socket.close()
