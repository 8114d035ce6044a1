// mistake: Listen() is forgotten; the accept loop prints the error and goes on, so it floods standard error for ever.
// catches: hello
// says: listen is missing

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <pthread.h>

void *handle_clnt(void *arg) {
    int clnt_sock = (int)(long)arg;
    char message[1024];
    recv(clnt_sock, message, sizeof(message), 0);
    const char *reply = "서버로부터 응답: {data}";
    send(clnt_sock, reply, strlen(reply), MSG_NOSIGNAL);
    close(clnt_sock);
    return NULL;
}

int main(void) {
    int serv_sock = socket(PF_INET, SOCK_STREAM, 0);
    struct sockaddr_in serv_addr = {.sin_family = AF_INET}, clnt_addr;
    serv_addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serv_addr.sin_port = htons(getenv("PORT") ? atoi(getenv("PORT")) : 12345);
    if (bind(serv_sock, (struct sockaddr *)&serv_addr, sizeof(serv_addr)) == -1)
        perror("bind() error");
    while (1) {
        socklen_t clnt_size = sizeof(clnt_addr);
        int clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_addr, &clnt_size);
        if (clnt_sock == -1) {
            perror("accept() error");
            continue;
        }
        printf("클라이언트가 연결되었습니다. 주소: ('%s', %d)\n", inet_ntoa(clnt_addr.sin_addr), ntohs(clnt_addr.sin_port));
        pthread_t t_id;
        pthread_create(&t_id, NULL, handle_clnt, (void *)(long)clnt_sock);
        pthread_detach(t_id);
    }
}
