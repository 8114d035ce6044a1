# two-senders: lines-mixed | fifty: lines-mixed
import os
import socket
import threading

lock = threading.Lock()
clients = []


def handle_client(client_socket, addr):
    name = None
    pending = b""
    try:
        while True:
            data = client_socket.recv(1024)
            if not data:
                break
            pending += data
            while b"\n" in pending:
                line, pending = pending.split(b"\n", 1)
                if name is None:
                    name = line
                    with lock:
                        clients.append(client_socket)
                    client_socket.sendall("환영합니다\n".encode("utf-8"))
                else:
                    with lock:
                        others = list(clients)
                    for other in others:
                        if other is not client_socket:
                            try:
                                other.sendall(name + b": ")
                                other.sendall(line + b"\n")
                            except OSError:
                                pass
    except OSError as error:
        print(addr, error)
    with lock:
        if client_socket in clients:
            clients.remove(client_socket)
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
