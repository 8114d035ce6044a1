# right: Perl; its output is held back unless stdout is a terminal.

use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
    LocalAddr => "127.0.0.1", LocalPort => $ENV{PORT} || 12345, Proto => "udp") or die "$@\n";

while (1) {
    defined $server->recv(my $data, 1024) or next;
    print "클라이언트로부터 받은 데이터: $data\n";
    $server->send("서버로부터 응답");
}
