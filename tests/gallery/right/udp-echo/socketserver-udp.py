# right: socketserver.UDPServer, which receives 8192 bytes unless told otherwise.

import os
import socketserver


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, server_socket = self.request
        print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
        server_socket.sendto("서버로부터 응답".encode("utf-8"), self.client_address)


class Server(socketserver.UDPServer):
    max_packet_size = 1024


with Server(("localhost", int(os.environ.get("PORT", 12345))), Handler) as server:
    server.serve_forever()
