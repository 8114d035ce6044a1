# 9. 2초의 침묵: 2초 동안 아무것도 보내지 않는 클라이언트는 끊습니다.
# 9. Two seconds of silence: a client that sends nothing for so long is closed.
#
# - 검사 · check: `cargo ex check 9`

import os
import socket
import threading


def reply(client_socket, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    client_socket.sendall("서버로부터 응답: ".encode("utf-8") + line + b"\n")


def handle_client(client_socket, addr):
    # 시간은 읽을 때마다 새로 갑니다. 지나면 recv가 예외로 끝나고, 줄이 되지 않은 바이트에는 응답하지 않습니다.
    # The clock starts anew with every recv. When it is over recv raises, and bytes that are no line yet are not
    # answered.
    client_socket.settimeout(2)
    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        # 아직 줄이 되지 않은 바이트입니다.
        # The bytes that are no line yet.
        pending = b""
        while True:
            data = client_socket.recv(1024)
            if not data:
                break
            pending += data
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                reply(client_socket, line)
        if pending:
            reply(client_socket, pending)
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()
    # 기다리지 않습니다. 스레드는 자기 클라이언트와 함께 끝납니다.
    # Nobody waits for it: a thread ends with its client.
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
