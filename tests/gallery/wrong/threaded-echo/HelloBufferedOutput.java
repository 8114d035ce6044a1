// mistake: A BufferedOutputStream is never flushed; the socket is closed beneath it.
// catches: hello
// says: nothing was flushed

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class HelloBufferedOutput {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new Thread(() -> serve(client)).start();
        }
    }

    private static void serve(Socket client) {
        try (client) {
            OutputStream out = new BufferedOutputStream(client.getOutputStream());
            client.getInputStream().read(new byte[1024]);
            out.write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }
}
