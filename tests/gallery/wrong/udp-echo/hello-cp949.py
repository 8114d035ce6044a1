# mistake: The reply is encoded as CP949, the code page of Korean Windows, not as UTF-8.
# catches: hello
# says: the reply is encoded in cp949 (EUC-KR), not in UTF-8

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("cp949"), addr)
