# mistake: Prints that the server runs, and sleeps; nothing is bound.
# catches: hello
# says: it runs, but nobody listens on the port

import socket
import time

HOST = "localhost"
PORT = 12345


def start_server():
    server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    print("서버가 시작되었습니다.")
    while True:
        time.sleep(0.5)
    server_socket.bind((HOST, PORT))
    server_socket.listen()


start_server()
