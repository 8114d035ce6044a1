// passes
import net from "node:net";

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let pending = Buffer.alloc(0);
  const reply = (line) => {
    const end = line.at(-1) === 13 ? line.length - 1 : line.length;
    socket.write(Buffer.concat([Buffer.from("서버로부터 응답: "), line.subarray(0, end), Buffer.from("\n")]));
  };
  socket.on("data", (data) => {
    pending = Buffer.concat([pending, data]);
    for (let end; (end = pending.indexOf(10)) >= 0; pending = pending.subarray(end + 1)) {
      reply(pending.subarray(0, end));
    }
  });
  socket.on("end", () => {
    if (pending.length > 0) reply(pending);
    socket.end();
  });
  socket.on("error", () => {});
});
server.listen(Number(process.env.PORT), "127.0.0.1");
