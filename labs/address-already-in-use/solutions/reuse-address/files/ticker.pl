# The price of a thousand shares, one after the other:
#
#   GET /quote/N   "N CENTS"
#   GET /history   a long list
#
# One request per connection. The answer ends when the ticker closes the connection.
use strict;
use warnings;
use Socket;

$| = 1;
$SIG{PIPE} = 'IGNORE';
my $port = $ENV{PORT};

socket(my $listener, PF_INET, SOCK_STREAM, getprotobyname('tcp')) or die "ticker: socket: $!\n";
# The leftovers of earlier connections are no reason not to listen.
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1) or die "ticker: setsockopt: $!\n";
bind($listener, sockaddr_in($port, INADDR_ANY)) or die "ticker: bind to port $port: $!\n";
listen($listener, 128) or die "ticker: listen: $!\n";
print "ticker listens on $port, process $$\n";

while (1) {
  accept(my $caller, $listener) or next;
  my $request = <$caller> // '';
  while (defined(my $header = <$caller>)) { last if $header =~ /^\r?\n$/ }
  my $body = '';
  if ($request =~ m{^GET /quote/(\d{1,9}) }) { $body = cents($1) }
  if ($request =~ m{^GET /history }) { $body = join '', map { cents($_) } 1 .. 60_000 }
  my $length = length $body;
  syswrite($caller, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n");
  my $sent = 0;
  while ($sent < $length) { $sent += syswrite($caller, $body, $length - $sent, $sent) // last }
  close $caller;
}

sub cents {
  my ($n) = @_;
  return "$n " . ($n * 37 % 1000 + 100) . "\n";
}
