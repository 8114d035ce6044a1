// mistake: SetSoTimeout(500) on the client: a slow one meets a SocketTimeoutException.
// catches: thinks
// says: a timeout is set, so that it gives up on a client that is slow

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class ThinksSoTimeout {
    static class ClientHandler extends Thread {
        private final Socket client;

        ClientHandler(Socket client) {
            this.client = client;
        }

        @Override
        public void run() {
            try (client) {
                client.setSoTimeout(500);
                client.getInputStream().read(new byte[1024]);
                client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                e.printStackTrace();
            }
        }
    }

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            new ClientHandler(client).start();
        }
    }
}
