# mistake: Reads until the decoder has a whole character, so half a character gets no reply.
# catches: split-character
# says: it answered only after the rest of the character

import codecs
import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

decoder = codecs.getincrementaldecoder("utf-8")("replace")
data = ""
while not data:
    chunk = client_socket.recv(1024)
    if not chunk:
        break
    data = decoder.decode(chunk)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

client_socket.close()
server_socket.close()
