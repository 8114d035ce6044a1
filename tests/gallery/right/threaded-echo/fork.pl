# right: Perl; a child process per client in place of a thread.

use strict;
use warnings;
use IO::Socket::INET;

$SIG{CHLD} = "IGNORE";
$| = 1;
my $server = IO::Socket::INET->new(
    LocalAddr => "127.0.0.1", LocalPort => $ENV{PORT} || 12345, Listen => 128) or die "$@\n";

while (1) {
    # A child that ends may interrupt accept.
    my ($client, $addr) = $server->accept or next;
    my ($port, $host) = sockaddr_in($addr);
    printf "클라이언트가 연결되었습니다. 주소: %s:%d\n", inet_ntoa($host), $port;
    if (fork) {
        close $client;
        next;
    }
    close $server;
    $client->send("서버로부터 응답: {data}") if defined $client->recv(my $data, 1024);
    exit;
}
