# mistake: Holds a lock while it waits for a client, so every other thread waits too.
# catches: silent-neighbour
# says: its threads wait for one another

import os
import socket
import threading

lock = threading.Lock()


def handle_client(client_socket, addr):
    with lock:
        data = client_socket.recv(1024)
        client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
        client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    client_thread = threading.Thread(target=handle_client, args=(client_socket, addr))
    client_thread.start()
