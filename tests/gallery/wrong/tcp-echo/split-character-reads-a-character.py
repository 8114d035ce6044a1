# mistake: Reads text, a whole character at least, so the first byte of a split character waits for the rest.
# catches: split-character
# says: it answered only after the rest of the character

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")

reader = client_socket.makefile("r", encoding="utf-8", errors="replace", newline="")
data = reader.read(1)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))

reader.close()
client_socket.close()
server_socket.close()
