# mistake: Logs the message to a stderr in CP949, which has Korean letters but no emoji: UnicodeEncodeError.
# catches: emoji
# says: a text could not be encoded

import os
import socket
import sys
import threading


def handle_client(client_socket, addr):
    data = client_socket.recv(1024)
    print(data.decode("utf-8"), file=sys.stderr)
    client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
    client_socket.close()


sys.stderr.reconfigure(encoding="cp949")

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

while True:
    client_socket, addr = server_socket.accept()
    print(f"클라이언트가 연결되었습니다. 주소: {addr}")
    client_thread = threading.Thread(target=handle_client, args=(client_socket, addr))
    client_thread.start()
