// right: Node; an event loop in place of threads: any client is answered when it speaks.

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
});

server.listen(process.env.PORT || 12345, "127.0.0.1");
