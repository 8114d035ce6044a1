# 12. 깔끔한 종료: quit이 오면 이미 온 줄에 모두 응답하고 끝납니다.
# 12. Goodbye in good order: at quit every line that has come is answered, and then it ends.
#
# - 검사 · check: `cargo ex check 12`

import os
import select
import socket
import threading
import time

TICK = 0.1
stopping = threading.Event()


def is_readable(one_socket):
    readable, _, _ = select.select([one_socket], [], [], TICK)
    return bool(readable)


def answer(client_socket, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    if line == b"quit":
        stopping.set()
    else:
        client_socket.sendall("서버로부터 응답: ".encode("utf-8") + line + b"\n")


def handle_client(client_socket, addr):
    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        # 아직 줄이 되지 않은 바이트입니다.
        # The bytes that are no line yet.
        pending = b""
        while True:
            # 아무것도 오지 않을 때만 끝냅니다. 이미 온 줄을 잃지 않습니다.
            # It ends only when nothing comes, so that no line is lost that had come.
            if not is_readable(client_socket):
                if stopping.is_set():
                    break
                continue
            data = client_socket.recv(1024)
            if not data:
                if pending:
                    answer(client_socket, pending)
                break
            pending += data
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                answer(client_socket, line)
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    client_socket.close()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

threads = []
while not stopping.is_set():
    # accept에서 기다리지 않습니다. 기다리는 동안에는 stopping을 볼 수 없습니다.
    # It does not wait in accept, where it could not look at stopping.
    if is_readable(server_socket):
        # 2. 클라이언트 연결 수락 · Accept a client connection
        client_socket, addr = server_socket.accept()
        thread = threading.Thread(target=handle_client, args=(client_socket, addr), daemon=True)
        thread.start()
        threads.append(thread)
server_socket.close()

# 쉬지 않고 보내는 클라이언트도 서버를 오래 붙잡지 못합니다.
# A client that never stops sending does not hold the server for long.
end = time.monotonic() + 2
for thread in threads:
    thread.join(max(0, end - time.monotonic()))
