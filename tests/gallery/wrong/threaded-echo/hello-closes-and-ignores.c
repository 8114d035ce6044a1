// mistake: Closes the server socket in the loop and ignores the error of accept: it prints the first client's line for ever.
// catches: hello
// says: the server socket was closed in the loop

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <pthread.h>

void *handle_clnt(void *arg) {
    int clnt_sock = (int)(long)arg;
    char msg[1024];
    read(clnt_sock, msg, sizeof(msg));
    const char *reply = "서버로부터 응답: {data}";
    send(clnt_sock, reply, strlen(reply), MSG_NOSIGNAL);
    close(clnt_sock);
    return NULL;
}

int main(void) {
    int serv_sock = socket(PF_INET, SOCK_STREAM, 0);
    struct sockaddr_in serv_addr, clnt_addr;
    socklen_t clnt_size = sizeof(clnt_addr);
    memset(&serv_addr, 0, sizeof(serv_addr));
    serv_addr.sin_family = AF_INET;
    serv_addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    serv_addr.sin_port = htons(getenv("PORT") ? atoi(getenv("PORT")) : 12345);
    bind(serv_sock, (struct sockaddr *)&serv_addr, sizeof(serv_addr));
    listen(serv_sock, 64);
    while (1) {
        int clnt_sock = accept(serv_sock, (struct sockaddr *)&clnt_addr, &clnt_size);
        printf("클라이언트가 연결되었습니다. 주소: ('%s', %d)\n", inet_ntoa(clnt_addr.sin_addr), ntohs(clnt_addr.sin_port));
        pthread_t t_id;
        pthread_create(&t_id, NULL, handle_clnt, (void *)(long)clnt_sock);
        pthread_detach(t_id);
        close(serv_sock);
    }
    return 0;
}
