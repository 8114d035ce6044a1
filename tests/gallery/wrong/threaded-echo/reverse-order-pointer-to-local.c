// mistake: Passes a pointer to the one client_fd of the accept loop, which the next accept overwrites.
// catches: reverse-order
// says: it read the message, and neither answers | message of this one lies unread | the reply is right, but it reads on
// race: which thread reads which pointer

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *handle_client(void *arg) {
    int *client_fd = arg;
    char buffer[1024];
    if (recv(*client_fd, buffer, sizeof buffer, 0) >= 0) {
        const char *reply = "서버로부터 응답: {data}";
        send(*client_fd, reply, strlen(reply), MSG_NOSIGNAL);
    }
    close(*client_fd);
    return NULL;
}

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(port ? atoi(port) : 12345)};
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int server_fd = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server_fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(server_fd, 128) < 0) {
        perror("bind");
        return 1;
    }

    int client_fd;
    for (;;) {
        socklen_t length = sizeof addr;
        client_fd = accept(server_fd, (struct sockaddr *)&addr, &length);
        printf("클라이언트가 연결되었습니다. 주소: %s:%d\n", inet_ntoa(addr.sin_addr), ntohs(addr.sin_port));
        pthread_t thread;
        pthread_create(&thread, NULL, handle_client, &client_fd);
        pthread_detach(thread);
    }
}
