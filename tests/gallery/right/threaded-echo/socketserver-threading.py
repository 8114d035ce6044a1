# right: socketserver.ThreadingTCPServer; prints in the client's thread, at its start.

import os
import socketserver


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        print(f"클라이언트가 연결되었습니다. 주소: {self.client_address}")
        data = self.request.recv(1024)
        self.request.sendall("서버로부터 응답: {data}".encode("utf-8"))


class Server(socketserver.ThreadingTCPServer):
    request_queue_size = 128


with Server(("localhost", int(os.environ.get("PORT", 12345))), Handler) as server:
    server.serve_forever()
