// mistake: Printf("%s") of a buffer without a terminator: a shorter datagram shows the end of the longer one before.
// catches: hello
// says: what an earlier, longer datagram left in the buffer was printed too

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    int server_fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in addr, client_addr;
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = inet_addr("127.0.0.1");
    addr.sin_port = htons(getenv("PORT") ? atoi(getenv("PORT")) : 12345);
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        perror("bind");
        return 1;
    }
    const char *reply = "서버로부터 응답";
    static char message[1025];
    for (;;) {
        socklen_t len = sizeof(client_addr);
        if (recvfrom(server_fd, message, 1024, 0, (struct sockaddr *)&client_addr, &len) < 0) {
            perror("recvfrom");
            continue;
        }
        printf("클라이언트로부터 받은 데이터: ");
        puts(message);
        sendto(server_fd, reply, strlen(reply), 0, (struct sockaddr *)&client_addr, len);
    }
}
