// mistake: Prints the whole datagram, not only its first 1024 bytes: Node has no buffer size to remind of it.
// catches: over-buffer
// says: it read more than 1024 bytes

const dgram = require("dgram");

const server = dgram.createSocket("udp4");

server.on("message", (data, addr) => {
  console.log(`클라이언트로부터 받은 데이터: ${data.toString("utf8")}`);
  server.send("서버로부터 응답", addr.port, addr.address);
});

server.bind(process.env.PORT || 12345, "127.0.0.1");
