# mistake: Removes every character that CP949 lacks, so an emoji is not printed.
# catches: emoji
# says: the printed data is not what was sent

import os
import socket

server_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server_socket.bind(("localhost", int(os.environ.get("PORT", 12345))))

while True:
    data, addr = server_socket.recvfrom(1024)
    text = data.decode('utf-8').encode('cp949', 'ignore').decode('cp949')
    print(f"클라이언트로부터 받은 데이터: {text}")

    response = "서버로부터 응답"
    server_socket.sendto(response.encode("utf-8"), addr)
