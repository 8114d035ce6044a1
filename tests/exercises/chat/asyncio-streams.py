# passes
import asyncio
import os

clients = {}


async def handle_client(reader, writer):
    try:
        name = None
        while True:
            line = await reader.readline()
            if not line.endswith(b"\n"):
                break
            if name is None:
                name = line[:-1]
                writer.write("환영합니다\n".encode("utf-8"))
                clients[writer] = name
            else:
                for other in list(clients):
                    if other is not writer and not other.is_closing():
                        other.write(name + b": " + line)
    except ConnectionError:
        pass
    finally:
        clients.pop(writer, None)
        writer.close()


async def main():
    server = await asyncio.start_server(handle_client, "127.0.0.1", int(os.environ["PORT"]), limit=2**20)
    await server.serve_forever()


asyncio.run(main())
