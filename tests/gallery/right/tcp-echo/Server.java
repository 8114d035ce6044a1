// right: Java; one client, then the end.

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class Server {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        Socket client = server.accept();
        console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");

        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        in.read(new byte[1024]);
        out.write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));

        client.close();
        server.close();
    }
}
