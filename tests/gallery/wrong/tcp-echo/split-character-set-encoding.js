// mistake: Sets an encoding, so Node holds the first byte of a character back and no data event comes.
// catches: split-character
// says: it answered only after the rest of the character

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ${client.remoteAddress}:${client.remotePort}`);

  client.setEncoding("utf8");
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
server.listen(process.env.PORT || 12345, "127.0.0.1");
