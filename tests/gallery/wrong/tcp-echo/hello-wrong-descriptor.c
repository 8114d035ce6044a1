// mistake: Calls recv on the server's descriptor, and prints the error with printf on standard output.
// catches: hello
// says: it receives or sends on a socket that is not connected

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <errno.h>

int main(void) {
    int server_fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in addr;
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = inet_addr("127.0.0.1");
    addr.sin_port = htons(getenv("PORT") ? atoi(getenv("PORT")) : 12345);
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || listen(server_fd, 64) < 0) {
        perror("bind/listen");
        exit(1);
    }
    struct sockaddr_in client_addr;
    socklen_t len = sizeof(client_addr);
    int client_fd = accept(server_fd, (struct sockaddr *)&client_addr, &len);
    printf("클라이언트가 연결되었습니다. 주소: ('%s', %d)\n", inet_ntoa(client_addr.sin_addr), ntohs(client_addr.sin_port));

    char buffer[1024];
    int n = recv(server_fd, buffer, sizeof(buffer), 0);
    if (n < 0) {
        printf("recv error: %s\n", strerror(errno));
    } else {
        const char *reply = "서버로부터 응답: {data}";
        send(client_fd, reply, strlen(reply), 0);
    }
    close(client_fd);
    close(server_fd);
    return 0;
}
