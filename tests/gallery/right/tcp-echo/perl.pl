# right: Perl; its output is held back unless stdout is a terminal.

use strict;
use warnings;
use IO::Socket::INET;

my $server = IO::Socket::INET->new(
    LocalAddr => "127.0.0.1", LocalPort => $ENV{PORT} || 12345, Listen => 128) or die "$@\n";

my $client = $server->accept;
printf "클라이언트가 연결되었습니다. 주소: %s:%d\n", $client->peerhost, $client->peerport;

defined $client->recv(my $data, 1024) or die "recv: $!\n";
$client->send("서버로부터 응답: {data}");

close $client;
close $server;
