#!/usr/bin/env perl
# A matching step for Make Cats Free in Perl, core modules only. The contract: docs/remote-steps.md.
#
#     STEP_SECRET=... PORT=8000 perl examples/remote-step.pl
#
# Change `rate` and `keeps`; the rest is the contract. One request at a time: enough to try an idea.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256_hex);
use IO::Socket::INET;
use JSON::PP qw(decode_json encode_json);
use List::Util qw(max);

my $secret = $ENV{STEP_SECRET} or die "STEP_SECRET is not set\n";
my $port   = $ENV{PORT} // 8000;

# 0 to 100: half a point off for each order around that time.
sub rate {
    my ($order, $sample) = @_;
    return max(0, 100 - $sample->{nearbyCount} / 2);
}

# Stays unless it ever failed this client.
sub keeps {
    my ($order, $sample) = @_;
    return $sample->{withClient}{failed} == 0;
}

sub answer {
    my ($asked) = @_;
    my ($order, @samples) = ($asked->{order}, @{ $asked->{samples} });
    return { contract => 1, keep => [ map { $_->{id} } grep { keeps($order, $_) } @samples ] }
        if $asked->{kind} eq 'filter';
    return { contract => 1, ratings => { map { $_->{id} => rate($order, $_) } @samples } };
}

my $server = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "$!\n";
$| = 1;
print 'listening on ', $server->sockport, "\n";
while (my $peer = $server->accept) {
    my %headers;
    my $first = <$peer> // next;
    while (defined(my $line = <$peer>)) {
        last if $line =~ /^\r?\n$/;
        $headers{ lc $1 } = $2 if $line =~ /^([^:]+):\s*(.*?)\r?\n$/;
    }
    my $length = $headers{'content-length'} // 0;
    my ($status, $reply) = (413, { error => 'too_large' });
    if ($length > 0 && $length <= 8_000_000) {
        my $body = '';
        while (length($body) < $length) {
            my $read = read($peer, $body, $length - length $body, length $body);
            last unless $read;
        }
        my $time = $headers{'x-mcf-timestamp'} // '';
        my $fresh = $time =~ /^\d+$/ && abs(time - $time) <= 300;
        my $signature = $headers{'x-mcf-signature'} // '';
        # Hashed once more, so that comparing them tells nothing about the right one.
        my $same = hmac_sha256_hex($signature, $secret) eq
            hmac_sha256_hex(hmac_sha256_hex("$time.$body", $secret), $secret);
        ($status, $reply) = !$fresh || !$same       ? (401, { error => 'bad_signature' })
            : ($headers{'x-mcf-contract'} // '') ne '1' ? (400, { error => 'unknown_contract' })
            :                                             (200, answer(decode_json($body)));
    }
    my $raw = encode_json($reply);
    print $peer "HTTP/1.1 $status X\r\nContent-Type: application/json\r\n",
        'Content-Length: ', length $raw, "\r\nConnection: close\r\n\r\n$raw";
    close $peer;
}
