# 표준 라이브러리의 socketserver: 데이터그램을 하나씩 처리합니다.
# socketserver of the standard library: one datagram after the other.

import os
import socketserver


class DatagramHandler(socketserver.BaseRequestHandler):
    def handle(self):
        data, server_socket = self.request
        print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
        server_socket.sendto("서버로부터 응답".encode("utf-8"), self.client_address)


with socketserver.UDPServer(("localhost", int(os.environ.get("PORT", 12345))), DatagramHandler) as server:
    server.serve_forever()
