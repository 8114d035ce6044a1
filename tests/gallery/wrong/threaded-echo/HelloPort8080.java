// mistake: The port 8080 is written into the program.
// catches: hello
// says: it listens on a port of its own

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class HelloPort8080 {
    private static final int PORT = 8080;

    public static void main(String[] args) throws IOException {
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(PORT, 50, InetAddress.getLoopbackAddress());
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new Thread(() -> {
                try (client) {
                    client.getInputStream().read(new byte[1024]);
                    client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
                } catch (IOException e) {
                    e.printStackTrace();
                }
            }).start();
        }
    }
}
