# 표준 라이브러리의 asyncio로 쓴 UDP 서버입니다.
# A UDP server with asyncio of the standard library.

import asyncio
import os


class Server(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        print(f"클라이언트로부터 받은 데이터: {data.decode('utf-8')}")
        self.transport.sendto("서버로부터 응답".encode("utf-8"), addr)


async def main():
    addr = ("127.0.0.1", int(os.environ.get("PORT", 12345)))
    await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=addr)
    await asyncio.Event().wait()


asyncio.run(main())
