# second: gives-up-after
import os
import socket
import sys


def ask(message):
    server = ("127.0.0.1", int(os.environ["PORT"]))
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    client_socket.settimeout(1)

    client_socket.sendto(message.encode("utf-8"), server)

    data, addr = client_socket.recvfrom(65535)
    return data


try:
    reply = ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
print(reply.decode("utf-8", "replace"))
