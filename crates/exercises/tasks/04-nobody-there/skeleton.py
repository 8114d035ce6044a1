# 4. 응답 없는 서버: 응답이 오지 않으면 끝없이 기다립니다. 고치세요.
# 4. No answer: where no reply comes this waits for ever. Mend it.
#
# - 검사 · check: `cargo ex check 4`

import os
import socket
import sys


def ask(message):
    # 1. 클라이언트 소켓 생성 · Create the client socket
    server = ("127.0.0.1", int(os.environ["PORT"]))
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    # 2. 데이터 송신 · Send data
    client_socket.sendto(message.encode("utf-8"), server)

    # 3. 데이터 수신 · Receive data
    data, addr = client_socket.recvfrom(65535)
    return data


try:
    reply = ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
print(reply.decode("utf-8", "replace"))
