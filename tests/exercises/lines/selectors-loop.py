# passes
import os
import selectors
import socket

selector = selectors.DefaultSelector()
pending = {}
outgoing = {}


def answer(client_socket, line):
    if line.endswith(b"\r"):
        line = line[:-1]
    outgoing[client_socket] += "서버로부터 응답: ".encode("utf-8") + line + b"\n"


def forget(client_socket):
    selector.unregister(client_socket)
    client_socket.close()
    del pending[client_socket], outgoing[client_socket]


def serve(client_socket, events, ended):
    if events & selectors.EVENT_READ and client_socket not in ended:
        data = client_socket.recv(4096)
        pending[client_socket] += data
        *lines, pending[client_socket] = pending[client_socket].split(b"\n")
        for line in lines:
            answer(client_socket, line)
        if not data:
            ended.add(client_socket)
            if pending[client_socket]:
                answer(client_socket, pending[client_socket])
    if outgoing[client_socket]:
        sent = client_socket.send(outgoing[client_socket])
        del outgoing[client_socket][:sent]
    if client_socket in ended and not outgoing[client_socket]:
        ended.discard(client_socket)
        forget(client_socket)
        return
    wanted = 0 if client_socket in ended else selectors.EVENT_READ
    if outgoing[client_socket]:
        wanted |= selectors.EVENT_WRITE
    selector.modify(client_socket, wanted)


server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ["PORT"])))
server_socket.listen()
server_socket.setblocking(False)
selector.register(server_socket, selectors.EVENT_READ)

ended = set()
while True:
    for key, events in selector.select():
        if key.fileobj is server_socket:
            client_socket, addr = server_socket.accept()
            client_socket.setblocking(False)
            pending[client_socket], outgoing[client_socket] = b"", bytearray()
            selector.register(client_socket, selectors.EVENT_READ)
            continue
        try:
            serve(key.fileobj, events, ended)
        except OSError:
            ended.discard(key.fileobj)
            forget(key.fileobj)
