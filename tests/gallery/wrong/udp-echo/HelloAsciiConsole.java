// mistake: Prints through US-ASCII, so every Korean letter of the line is a question mark.
// catches: hello
// says: the letters were lost

import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;

public class HelloAsciiConsole {
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "12345"));
        PrintStream out = new PrintStream(System.out, true, "US-ASCII");
        DatagramSocket socket = new DatagramSocket(port, InetAddress.getByName("127.0.0.1"));
        while (true) {
            DatagramPacket packet = new DatagramPacket(new byte[1024], 1024);
            socket.receive(packet);
            out.println("클라이언트로부터 받은 데이터: " + new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
            byte[] reply = "서버로부터 응답".getBytes(StandardCharsets.UTF_8);
            socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
        }
    }
}
