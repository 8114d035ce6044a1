// mistake: Keeps the last of the 1024 bytes for a final NUL, so only 1023 are received.
// catches: full-buffer
// says: only the first 1023 bytes were read

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port ? atoi(port) : 12345)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server_fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof addr) < 0) {
        perror("bind");
        return 1;
    }

    char buffer[1024];
    const char *reply = "서버로부터 응답";
    for (;;) {
        socklen_t length = sizeof addr;
        ssize_t received = recvfrom(server_fd, buffer, sizeof buffer - 1, 0, (struct sockaddr *)&addr, &length);
        if (received < 0) {
            perror("recvfrom");
            return 1;
        }
        buffer[received] = '\0';
        printf("클라이언트로부터 받은 데이터: %s\n", buffer);
        sendto(server_fd, reply, strlen(reply), 0, (struct sockaddr *)&addr, length);
    }
}
