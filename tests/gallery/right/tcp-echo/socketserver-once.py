# right: socketserver; handle_request() serves one client.

import os
import socketserver


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        print(f"클라이언트가 연결되었습니다. 주소: {self.client_address}")
        data = self.request.recv(1024)
        self.request.sendall("서버로부터 응답: {data}".encode("utf-8"))


with socketserver.TCPServer(("localhost", int(os.environ.get("PORT", 12345))), Handler) as server:
    server.handle_request()
