// C로 쓴 UDP 서버: `crates/udp-echo`와 같은 일을 하고, 잴 때의 기준이 됩니다.
// A UDP server in C: it does what `crates/udp-echo` does, for measurements against it.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int main(void) {
    const char *port = getenv("PORT");
    struct sockaddr_in addr = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)atoi(port ? port : "12345")),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    // 출력이 터미널이 아니어도 한 줄마다 내보냅니다. · Line by line, even where no terminal reads it.
    setvbuf(stdout, NULL, _IOLBF, BUFSIZ);

    int server_socket = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(server_socket, (struct sockaddr *)&addr, sizeof addr) != 0) {
        perror("bind");
        return 1;
    }
    const char *response = "서버로부터 응답";
    for (;;) {
        char data[1024];
        socklen_t size = sizeof addr;
        ssize_t received = recvfrom(server_socket, data, sizeof data, 0, (struct sockaddr *)&addr, &size);
        if (received < 0) {
            perror("recvfrom");
            return 1;
        }
        printf("클라이언트로부터 받은 데이터: %.*s\n", (int)received, data);
        sendto(server_socket, response, strlen(response), 0, (struct sockaddr *)&addr, size);
    }
}
