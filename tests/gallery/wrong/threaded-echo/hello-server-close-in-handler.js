// mistake: Calls server.close() in the connection handler, so nobody else can connect and the process ends.
// catches: hello
// says: it answered one client

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ('${socket.remoteAddress}', ${socket.remotePort})`);

  function answer() {
    socket.off("data", answer);
    socket.off("end", answer);
    socket.end("서버로부터 응답: {data}", () => socket.destroy());
    server.close();
  }
  socket.on("data", answer);
  socket.on("end", answer);
  socket.on("error", (err) => console.error(err.message));
});

server.listen(process.env.PORT || 12345, "127.0.0.1");
