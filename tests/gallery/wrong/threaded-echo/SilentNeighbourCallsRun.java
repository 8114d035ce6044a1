// mistake: Calls run() in place of start(), so the accept loop itself serves the client.
// catches: silent-neighbour
// says: it answered only after the other clients had gone

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class SilentNeighbourCallsRun {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ServerSocket server = new ServerSocket(port, 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            console.println("클라이언트가 연결되었습니다. 주소: ('" + client.getInetAddress().getHostAddress() + "', " + client.getPort() + ")");
            Thread thread = new Thread(new Handler(client));
            thread.run();
        }
    }
}

class Handler implements Runnable {
    private final Socket client;

    Handler(Socket client) {
        this.client = client;
    }

    @Override
    public void run() {
        try (client) {
            client.getInputStream().read(new byte[1024]);
            client.getOutputStream().write("서버로부터 응답: {data}".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }
}
