# mistake: Creates one thread object and starts it for each client: a thread can be started once only, so the second start raises RuntimeError.
# catches: next-client
# says: the same thread object was started twice

import os
import socket
import threading


class ClientThread(threading.Thread):
    def run(self):
        data = self.client_socket.recv(1024)
        self.client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
        self.client_socket.close()


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()
client_thread = ClientThread()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    client_thread.client_socket = client_socket
    client_thread.start()
