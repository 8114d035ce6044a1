// mistake: Has no error handler on the client, so a reset is an uncaught exception that ends the server.
// catches: reset
// says: the reset of one client kept the next one from being served | the reset of one client ended the whole server

const net = require("net");

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  console.log(`클라이언트가 연결되었습니다. 주소: ${client.remoteAddress}:${client.remotePort}`);

  const reply = () => {
    client.removeListener("data", reply).removeListener("end", reply);
    client.end("서버로부터 응답: {data}", () => client.destroy());
  };
  client.on("data", reply);
  client.on("end", reply);
});

server.listen(process.env.PORT || 12345, "127.0.0.1");
