// mistake: SetSoTimeout(500) on the server: without a client for half a second accept throws.
// catches: waits
// says: a timeout is set, so that it gives up on a client that is slow

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class WaitsAcceptTimeout {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        server.setSoTimeout(500);
        Socket client = server.accept();
        console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
        client.getInputStream().read(new byte[1024]);
        client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
        client.close();
        server.close();
    }
}
