# 표준 라이브러리의 socketserver: 클라이언트마다 스레드를 하나씩 시작합니다.
# socketserver of the standard library: a thread for each client.

import os
import socketserver


class ClientHandler(socketserver.BaseRequestHandler):
    def handle(self):
        print(f"클라이언트가 연결되었습니다. 주소: {self.client_address}")
        self.request.recv(1024)
        self.request.sendall("서버로부터 응답: {data}".encode("utf-8"))


class Server(socketserver.ThreadingTCPServer):
    # 백로그가 기본값인 5이면, 한꺼번에 온 클라이언트 가운데 일부가 1초를 기다립니다. 원본의 listen()은 128을 씁니다.
    # With the usual 5, clients that come at once wait for a second; listen() of the original takes 128.
    request_queue_size = 128


with Server(("localhost", int(os.environ.get("PORT", 12345))), ClientHandler) as server:
    server.serve_forever()
