# pauses: stops-in-a-pause
import os
import socket
import sys
import time


def ask(message):
    client_socket = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))

    client_socket.sendall(message.encode("utf-8"))

    end = time.monotonic() + 3
    while True:
        client_socket.settimeout(max(0.01, end - time.monotonic()))
        data = client_socket.recv(1024)
        if not data:
            break
        pieces.append(data)

    client_socket.close()


pieces = []
code = 0
try:
    ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    code = 1
print(b"".join(pieces).decode("utf-8", "replace"))
sys.exit(code)
