// C로 쓴 멀티스레드 서버: `crates/threaded-echo`와 같은 일을 하고, 잴 때의 기준이 됩니다.
// A thread for each client in C: it does what `crates/threaded-echo` does, for measurements against it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void *handle_client(void *argument) {
    int client_socket = (int)(intptr_t)argument;
    const char *reply = "서버로부터 응답: {data}";
    char data[1024];
    if (recv(client_socket, data, sizeof data, 0) >= 0) {
        send(client_socket, reply, strlen(reply), MSG_NOSIGNAL);
    }
    close(client_socket);
    return NULL;
}

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in addr = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port ? port : "12345")),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    // 출력이 터미널이 아니어도 한 줄마다 내보냅니다. · Line by line, even where no terminal reads it.
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);

    int server_socket = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server_socket, (struct sockaddr *)&addr, sizeof addr) != 0 || listen(server_socket, 128) != 0) {
        perror("server_socket");
        return 1;
    }
    pthread_attr_t detached;
    pthread_attr_init(&detached);
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    for (;;) {
        socklen_t size = sizeof addr;
        int client_socket = accept(server_socket, (struct sockaddr *)&addr, &size);
        if (client_socket < 0) {
            perror("accept");
            return 1;
        }
        char host[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &addr.sin_addr, host, sizeof host);
        printf("클라이언트가 연결되었습니다. 주소: ('%s', %d)\n", host, ntohs(addr.sin_port));

        pthread_t client_thread;
        if (pthread_create(&client_thread, &detached, handle_client, (void *)(intptr_t)client_socket) != 0) {
            close(client_socket);
        }
    }
}
