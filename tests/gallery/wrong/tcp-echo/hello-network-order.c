// mistake: Prints the peer's port without ntohs, so its bytes are swapped.
// catches: hello
// says: the client's port is missing in what it printed

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port ? atoi(port) : 12345)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(server_fd, 128) < 0) {
        perror("bind");
        return 1;
    }

    socklen_t length = sizeof addr;
    int client_fd = accept(server_fd, (struct sockaddr *)&addr, &length);
    printf("클라이언트가 연결되었습니다. 주소: %s:%d\n", inet_ntoa(addr.sin_addr), addr.sin_port);

    char buffer[1024];
    ssize_t received = recv(client_fd, buffer, sizeof buffer, 0);
    if (received < 0) {
        perror("recv");
        return 1;
    }
    const char *reply = "서버로부터 응답: {data}";
    send(client_fd, reply, strlen(reply), MSG_NOSIGNAL);

    close(client_fd);
    close(server_fd);
    return 0;
}
