// right: Java; a thread per client.

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class Server {
    private static void handleClient(Socket client) {
        try (client) {
            byte[] data = new byte[1024];
            client.getInputStream().read(data);
            client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println("클라이언트 오류: " + e.getMessage());
        }
    }

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new Thread(() -> handleClient(client)).start();
        }
    }
}
