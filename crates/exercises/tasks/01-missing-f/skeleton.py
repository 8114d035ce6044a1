# 1. 빠진 f: 응답에 받은 텍스트가 들어가게 고치세요.
# 1. The missing f: make the text that was received stand in the reply.
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
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

# 4. 연결 종료 · Close the connection
client_socket.close()
server_socket.close()
