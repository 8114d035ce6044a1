# mistake: The method is called runs, so the thread runs the empty run of its base class.
# catches: hello
# says: the message lies unread in the socket

import os
import socket
from threading import Thread


class Handler(Thread):
    clients = []

    def __init__(self, sock):
        Thread.__init__(self)
        self.sock = sock
        Handler.clients.append(sock)

    def runs(self):
        self.sock.recv(1024)
        self.sock.sendall("서버로부터 응답: {data}".encode())
        self.sock.close()


server = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", 12345))))
while True:
    conn, addr = server.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    Handler(conn).start()
