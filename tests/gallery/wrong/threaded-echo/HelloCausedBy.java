// mistake: The handler wraps a NumberFormatException into a RuntimeException that nobody catches.
// catches: hello
// says: Caused by: java.lang.NumberFormatException

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class HelloCausedBy {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        for (;;) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new Thread(() -> handle(client), "client-" + client.getPort()).start();
        }
    }

    static void handle(Socket client) {
        try (client) {
            byte[] data = new byte[1024];
            int size = client.getInputStream().read(data);
            int number = Integer.parseInt(new String(data, 0, Math.max(size, 0), StandardCharsets.UTF_8));
            client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
        } catch (Exception e) {
            throw new RuntimeException("클라이언트 처리 실패", e);
        }
    }
}
