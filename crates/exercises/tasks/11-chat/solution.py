# 11. 채팅방: 한 사람의 줄을 나머지 모두에게 보냅니다.
# 11. Chat room: a line of one goes to everybody else.
#
# - 검사 · check: `cargo ex check 11`

import os
import queue
import socket
import threading

# 이름을 말한 클라이언트마다 보낼 줄의 줄서기가 하나씩 있습니다.
# Each client that has given its name has a queue of the lines that it is to get.
lock = threading.Lock()
queues = []


def read_lines(client_socket):
    pending = b""
    while True:
        data = client_socket.recv(1024)
        if not data:
            return
        pending += data
        while b"\n" in pending:
            line, pending = pending.split(b"\n", 1)
            yield line


def write_lines(client_socket, lines):
    # 읽지 않는 클라이언트는 여기에서 자기 스레드만 기다리게 합니다.
    # A client that does not read holds up this thread, its own, and no other.
    try:
        while (line := lines.get()) is not None:
            client_socket.sendall(line)
    except OSError:
        pass


def handle_client(client_socket, addr):
    lines = queue.SimpleQueue()
    writer = threading.Thread(target=write_lines, args=(client_socket, lines))
    writer.start()
    try:
        # 3. 클라이언트와 데이터 교환 · Exchange data with the client
        name = None
        for line in read_lines(client_socket):
            # 잠근 채로 소켓에 쓰지 않습니다. 줄서기에 넣는 일은 기다리지 않습니다.
            # No socket is written to while the lock is held: to put a line into a queue waits for nobody.
            with lock:
                if name is None:
                    name = line
                    lines.put("환영합니다\n".encode("utf-8"))
                    queues.append(lines)
                else:
                    for others in queues:
                        if others is not lines:
                            others.put(name + b": " + line + b"\n")
    except OSError as error:
        print(addr, error)

    # 4. 연결 종료 · Close the connection
    with lock:
        if lines in queues:
            queues.remove(lines)
    lines.put(None)
    try:
        # 닫는 것만으로는 sendall에서 기다리는 스레드가 깨어나지 않습니다.
        # To close alone does not wake a thread that waits in sendall.
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    writer.join()
    client_socket.close()


# 1. 서버 소켓 생성 · Create the server socket
server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    # 2. 클라이언트 연결 수락 · Accept a client connection
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
