# 4. 응답 없는 서버: 1초씩 기다리며 세 번까지 보냅니다.
# 4. No answer: it sends up to three times, and waits a second for each reply.
#
# - 검사 · check: `cargo ex check 4`

import os
import socket
import sys
import time


def ask(message):
    # 1. 클라이언트 소켓 생성 · Create the client socket
    client_socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    # 연결한 소켓에는 다른 곳에서 온 데이터그램이 들어오지 않습니다.
    # A socket that is connected gets no datagram from anybody else.
    client_socket.connect(("127.0.0.1", int(os.environ["PORT"])))
    client_socket.settimeout(1)

    for _ in range(3):
        end = time.monotonic() + 1
        try:
            # 2. 데이터 송신 · Send data
            client_socket.send(message.encode("utf-8"))
            # 3. 데이터 수신 · Receive data
            return client_socket.recv(65535)
        except OSError:
            # 시간이 지났거나, 거절당했습니다. 거절당하면 남은 시간을 기다립니다.
            # Time is up, or nobody is there; then the rest of it is waited for.
            time.sleep(max(0, end - time.monotonic()))
    raise OSError("응답이 없습니다 · no reply")


try:
    reply = ask(sys.argv[1])
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
print(reply.decode("utf-8", "replace"))
