// mistake: Ignores the error event and closes the server only after a reply, so it waits for ever after a reset.
// catches: reset
// says: it does not end after its one client

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ${client.remoteAddress}:${client.remotePort}`);

  const reply = () => {
    client.removeListener("data", reply).removeListener("end", reply);
    server.close();
    client.end("서버로부터 응답: {data}", () => client.destroy());
  };
  client.on("data", reply);
  client.on("end", reply);
  client.on("error", () => {});
});

server.maxConnections = 1;
server.listen(process.env.PORT || 12345, "127.0.0.1");
