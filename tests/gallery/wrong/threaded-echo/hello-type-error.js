// mistake: Calls trim on a Buffer: an uncaught TypeError ends the whole server.
// catches: hello
// says: TypeError: data.trim is not a function

const net = require("net");

function handleClient(socket, data) {
  const text = data.trim();
  socket.end("서버로부터 응답: {data}");
  return text;
}

const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ('${socket.remoteAddress}', ${socket.remotePort})`);
  socket.on("data", (data) => handleClient(socket, data));
  socket.on("end", () => handleClient(socket, Buffer.alloc(0)));
  socket.on("error", () => {});
});

server.listen(process.env.PORT || 12345, "127.0.0.1");
