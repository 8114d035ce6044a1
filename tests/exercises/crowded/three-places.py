# five: full-though-free
import os
import socket
import threading


places = threading.BoundedSemaphore(3)


def reply(client_socket, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    client_socket.sendall("서버로부터 응답: ".encode("utf-8") + line + b"\n")


def handle_client(client_socket, addr):
    try:
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

    client_socket.close()
    places.release()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    if not places.acquire(blocking=False):
        try:
            client_socket.sendall("자리가 없습니다\n".encode("utf-8"))
        except OSError as error:
            print(addr, error)
        client_socket.close()
        continue
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
