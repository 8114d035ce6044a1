# 10. 네 자리뿐인 서버: 다섯째 클라이언트에게는 자리가 없다고 말하고 닫습니다.
# 10. Four places: a fifth client is told that there is none, and closed.
#
# - 검사 · check: `cargo ex check 10`

import os
import socket
import threading


places = threading.BoundedSemaphore(4)


def reply(client_socket, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    client_socket.sendall("서버로부터 응답: ".encode("utf-8") + line + b"\n")


def handle_client(client_socket, addr):
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
    # 에러로 끝나도 자리는 돌려줍니다.
    # After an error too the place is given back.
    client_socket.close()
    places.release()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()
    # 자리를 기다리지 않습니다. 없으면 그렇게 말하고 닫습니다.
    # A place is not waited for: where there is none, that is said, and the connection closed.
    if not places.acquire(blocking=False):
        try:
            client_socket.sendall("자리가 없습니다\n".encode("utf-8"))
        except OSError as error:
            print(addr, error)
        client_socket.close()
        continue
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
