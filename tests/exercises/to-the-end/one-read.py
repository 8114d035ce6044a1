# byte-by-byte: stops-early
import os
import socket
import sys


def ask(message):
    client_socket = socket.create_connection(("127.0.0.1", int(os.environ["PORT"])))

    client_socket.sendall(message.encode("utf-8"))

    pieces.append(client_socket.recv(1024))

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
