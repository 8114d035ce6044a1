# alone: port-taken-on | alone: quit-does-not-end
import os
import socket
import threading
import time


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
                if line.rstrip(b"\r") == b"quit":
                    os._exit(0)
                reply(client_socket, line)
        if pending:
            reply(client_socket, pending)
    except OSError as error:
        print(addr, error)

    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()
if os.fork() == 0:
    time.sleep(60)
    os._exit(0)

while True:
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
