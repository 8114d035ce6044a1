// right: Java; a thread per datagram.

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class ThreadedServer {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream console = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        DatagramSocket socket = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"));
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
            socket.receive(packet);
            new Thread(() -> {
                String data = new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
                console.println("클라이언트로부터 받은 데이터: " + data);
                byte[] reply = "서버로부터 응답".getBytes(StandardCharsets.UTF_8);
                try {
                    socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
                } catch (IOException e) {
                    System.err.println(e.getMessage());
                }
            }).start();
        }
    }
}
