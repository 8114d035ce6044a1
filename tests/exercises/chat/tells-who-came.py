# two: told-too-much
import os
import queue
import socket
import threading

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
        name = None
        for line in read_lines(client_socket):
            with lock:
                if name is None:
                    name = line
                    lines.put("환영합니다\n".encode("utf-8"))
                    for others in queues:
                        others.put(name + b" is here\n")
                    queues.append(lines)
                else:
                    for others in queues:
                        if others is not lines:
                            others.put(name + b": " + line + b"\n")
    except OSError as error:
        print(addr, error)

    with lock:
        if lines in queues:
            queues.remove(lines)
    lines.put(None)
    try:
        client_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    writer.join()
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
