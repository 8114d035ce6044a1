// mistake: A buffer of 30 bytes, one of them for the terminator: longer datagrams are cut to 29.
// catches: full-buffer
// says: only the first 29 bytes were read

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUF_SIZE 30

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
    while (1) {
        char message[BUF_SIZE];
        socklen_t len = sizeof(client_addr);
        int str_len = recvfrom(server_fd, message, BUF_SIZE - 1, 0, (struct sockaddr *)&client_addr, &len);
        message[str_len] = 0;
        printf("클라이언트로부터 받은 데이터: %s\n", message);
        sendto(server_fd, reply, strlen(reply), 0, (struct sockaddr *)&client_addr, len);
    }
}
