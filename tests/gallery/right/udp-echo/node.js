// right: Node; cuts each datagram to 1024 bytes, as recvfrom(1024) does.

const dgram = require("dgram");

const server = dgram.createSocket("udp4");

server.on("message", (data, addr) => {
  console.log(`클라이언트로부터 받은 데이터: ${data.subarray(0, 1024).toString("utf8")}`);
  server.send("서버로부터 응답", addr.port, addr.address);
});

server.bind(process.env.PORT || 12345, "127.0.0.1");
