# 멀티스레드 TCP 서버: 클라이언트마다 스레드를 하나씩 시작합니다.
# A multithreaded TCP server: starts a thread for each client.
#
# - 터미널 1 · terminal 1: `PORT=12346 python3 crates/threaded-echo/python/server.py`
# - 터미널 2 · terminal 2: `PORT=12346 python3 crates/threaded-echo/python/client.py 안녕`
#
# 터미널 1에는 세 클라이언트의 주소가, 터미널 2에는 `서버로부터 응답: {data}`가 세 번 나타납니다. Ctrl-C로 끝냅니다.
# Terminal 1 shows three addresses, terminal 2 shows `서버로부터 응답: {data}` three times. Ctrl-C ends the server.
#
# 주의: 아무것도 보내지 않는 클라이언트가 연결되어 있으면 Ctrl-C를 두 번 눌러야 끝납니다.
# Hazard: while a silent client is connected, it takes a second Ctrl-C.

import os
import socket
import threading


# 4단계와 5단계는 파일의 앞에 있지만, 새 스레드에서 3단계 다음에 실행됩니다.
# Steps 4 and 5 stand first; they run after step 3, in the new thread.
def handle_client(client_socket, addr):
    # 4. [스레드] 클라이언트와 데이터 교환 · [thread] Exchange data with the client
    data = client_socket.recv(1024)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

    # 5. [스레드] 연결 종료 · [thread] Close the connection
    client_socket.close()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")

    # 3. 새 스레드 생성과 시작 · Create and start a new thread
    client_thread = threading.Thread(target=handle_client, args=(client_socket, addr))
    client_thread.start()
