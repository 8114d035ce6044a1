// mistake: Takes the empty string for no message, because it is falsy, and ignores it.
// catches: empty
// says: an empty datagram was not answered

const dgram = require("dgram");

const server = dgram.createSocket("udp4");

server.on("message", (data, addr) => {
  const text = data.subarray(0, 1024).toString("utf8");
  if (!text) return;
  console.log(`클라이언트로부터 받은 데이터: ${text}`);
  server.send("서버로부터 응답", addr.port, addr.address);
});

server.bind(process.env.PORT || 12345, "127.0.0.1");
