// mistake: Wants the port as an argument and prints a usage text on standard error without one.
// catches: hello
// says: it asks for an argument

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char *argv[]) {
    if (argc != 2) {
        fprintf(stderr, "usage: %s <port>\n", argv[0]);
        exit(1);
    }
    int server_fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in addr;
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = inet_addr("127.0.0.1");
    addr.sin_port = htons(atoi(argv[1]));
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof(addr)) < 0) {
        perror("bind");
        exit(1);
    }
    listen(server_fd, 1);
    struct sockaddr_in client_addr;
    socklen_t len = sizeof(client_addr);
    int client_fd = accept(server_fd, (struct sockaddr *)&client_addr, &len);
    printf("클라이언트가 연결되었습니다. 주소: ('%s', %d)\n", inet_ntoa(client_addr.sin_addr), ntohs(client_addr.sin_port));
    char buffer[1024];
    if (read(client_fd, buffer, sizeof(buffer)) < 0) {
        perror("read");
        exit(1);
    }
    const char *reply = "서버로부터 응답: {data}";
    write(client_fd, reply, strlen(reply));
    close(client_fd);
    close(server_fd);
    return 0;
}
