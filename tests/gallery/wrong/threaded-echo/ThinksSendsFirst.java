// mistake: Writes and flushes the reply before it reads.
// catches: thinks
// says: it speaks before it is spoken to

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class ThinksSendsFirst {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new Thread(() -> {
                try (client; PrintWriter out = new PrintWriter(client.getOutputStream(), true, StandardCharsets.UTF_8)) {
                    out.print("서버로부터 응답: {data}");
                    out.flush();
                    client.getInputStream().read(new byte[1024]);
                } catch (IOException e) {
                    System.err.println(e.getMessage());
                }
            }).start();
        }
    }
}
