# 1. 빠진 f: 클라이언트 하나에게 받은 텍스트로 응답하고 끝납니다.
# 1. The missing f: replies to one client with the text that it sent, and ends.
#
# - 검사 · check: `cargo ex check 1`

import os
import socket

# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

# 2. 클라이언트 연결 수락 · Accept a client connection
client_socket, addr = server_socket.accept()

# 3. 클라이언트와 데이터 교환 · Exchange data with the client
data = client_socket.recv(1024)
text = data.decode("utf-8", errors="replace")
client_socket.sendall(f"서버로부터 응답: {text}".encode("utf-8"))

# 4. 연결 종료 · Close the connection
client_socket.close()
server_socket.close()
