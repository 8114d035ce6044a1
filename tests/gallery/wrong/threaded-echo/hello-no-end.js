// mistake: Answers with write and never calls end.
// catches: hello
// says: the connection stays open and it goes on receiving

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ('${socket.remoteAddress}', ${socket.remotePort})`);
  socket.on("data", () => socket.write("서버로부터 응답: {data}"));
  socket.on("end", () => socket.write("서버로부터 응답: {data}"));
  socket.on("error", (error) => console.error(error.message));
});

server.listen({ port: process.env.PORT || 12345, host: "127.0.0.1" });
