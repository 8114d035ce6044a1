// mistake: Fputs through fdopen, neither fflush nor fclose: no reply, and the connection stays open.
// catches: hello
// says: it read the message, and neither answers nor closes

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <pthread.h>

void *handle_clnt(void *arg) {
    int clnt_sock = (int)(long)arg;
    FILE *readfp = fdopen(clnt_sock, "r");
    FILE *writefp = fdopen(dup(clnt_sock), "w");
    char msg[1024];
    read(fileno(readfp), msg, sizeof(msg));
    fputs("서버로부터 응답: {data}", writefp);
    fclose(readfp);
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
    }
}
