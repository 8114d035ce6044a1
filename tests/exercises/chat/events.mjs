// passes
import net from "node:net";

const clients = new Map();

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let pending = "";
  socket.setEncoding("utf8");
  socket.on("data", (text) => {
    const lines = (pending + text).split("\n");
    pending = lines.pop();
    for (const line of lines) {
      if (clients.has(socket)) {
        for (const other of clients.keys()) {
          if (other !== socket) other.write(`${clients.get(socket)}: ${line}\n`);
        }
      } else {
        clients.set(socket, line);
        socket.write("환영합니다\n");
      }
    }
  });
  socket.on("end", () => {
    clients.delete(socket);
    socket.end();
  });
  socket.on("error", () => clients.delete(socket));
});
server.listen(Number(process.env.PORT), "127.0.0.1");
