// mistake: Waits for data alone and leaves allowHalfOpen off: Node ends the connection when the client ends its side, without a reply.
// catches: half-close
// says: it closed without a reply when nothing had been sent

const net = require("net");

const server = net.createServer((client) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ${client.remoteAddress}:${client.remotePort}`);

  client.once("data", () => {
    client.end("서버로부터 응답: {data}", () => client.destroy());
  });
  client.on("error", (error) => console.error(error.message));
  client.on("close", () => server.close());
});

server.listen(process.env.PORT || 12345, "127.0.0.1");
