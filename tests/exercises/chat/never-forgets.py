# leaves: leaver-disturbs
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
                with lock:
                    if name is None:
                        name = line
                        client_socket.sendall("환영합니다\n".encode("utf-8"))
                        clients.append(client_socket)
                    else:
                        for other in clients:
                            if other is not client_socket:
                                other.sendall(name + b": " + line + b"\n")
    except OSError as error:
        print(addr, error)
    client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    threading.Thread(target=handle_client, args=(client_socket, addr)).start()
