# right: asyncio; a datagram protocol, which receives whole datagrams, so the handler cuts them.

import asyncio
import os


class Server(asyncio.DatagramProtocol):
    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        print(f"클라이언트로부터 받은 데이터: {data[:1024].decode('utf-8')}")
        self.transport.sendto("서버로부터 응답".encode("utf-8"), addr)


async def main():
    local_addr = ("127.0.0.1", int(os.environ.get("PORT", 12345)))
    await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=local_addr)
    await asyncio.Event().wait()


asyncio.run(main())
