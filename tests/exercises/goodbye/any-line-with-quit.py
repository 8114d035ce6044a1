# after-lines: replies-lost
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
    if b"quit" in line:
        stopping.set()
    else:
        client_socket.sendall("서버로부터 응답: ".encode("utf-8") + line + b"\n")


def handle_client(client_socket, addr):
    try:
        pending = b""
        while True:
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

    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

threads = []
while not stopping.is_set():
    if is_readable(server_socket):
        client_socket, addr = server_socket.accept()
        thread = threading.Thread(target=handle_client, args=(client_socket, addr), daemon=True)
        thread.start()
        threads.append(thread)
server_socket.close()

end = time.monotonic() + 2
for thread in threads:
    thread.join(max(0, end - time.monotonic()))
