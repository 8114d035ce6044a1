// mistake: Calls listen without a host, which means every address of the machine.
// catches: address
// says: it listens on other addresses too

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ${client.remoteAddress}:${client.remotePort}`);

  const reply = () => {
    client.removeListener("data", reply).removeListener("end", reply);
    client.end("서버로부터 응답: {data}", () => client.destroy());
  };
  client.on("data", reply);
  client.on("end", reply);
  client.on("error", (error) => console.error(error.message));
  client.on("close", () => server.close());
});

server.maxConnections = 1;
server.listen(process.env.PORT || 12345);
