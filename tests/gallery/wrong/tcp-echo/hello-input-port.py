# mistake: Asks for the port with input(); nobody types it.
# catches: hello
# says: it reads from the keyboard (standard input), which is empty here

import socket

port = int(input("포트 번호: "))

server_socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
server_socket.bind(("localhost", port))
server_socket.listen()

client_socket, addr = server_socket.accept()
print(f"클라이언트가 연결되었습니다. 주소: {addr}")
data = client_socket.recv(1024)
client_socket.sendall("서버로부터 응답: {data}".encode("utf-8"))
client_socket.close()
server_socket.close()
