# second: sends-again-early
import os
import socket
import sys
import time


def ask(message):
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client_socket.connect(("127.0.0.1", int(os.environ["PORT"])))
    client_socket.settimeout(0.5)

    for _ in range(3):
        end = time.monotonic() + 0.5
        try:
            client_socket.send(message.encode("utf-8"))
            return client_socket.recv(65535)
        except OSError:
            time.sleep(max(0, end - time.monotonic()))
    raise OSError("응답이 없습니다 · no reply")


try:
    reply = ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
print(reply.decode("utf-8", "replace"))
