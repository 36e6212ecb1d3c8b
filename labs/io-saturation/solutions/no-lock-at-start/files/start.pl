#!/usr/bin/perl
# start.pl LOCK PROGRAM ARGUMENT...: starts a report. The licence is there when it can be opened.
use strict;
use warnings;
use Config;

my ($lock, @program) = @ARGV;
open my $licence, '>>', $lock or die "$lock: $!";
# As vfork does: this process stops until the new one has begun its program, or has ended.
my ($CLONE_VFORK, $SIGCHLD) = (0x4000, 17);
my $number = $Config{archname} =~ /aarch64/ ? 220 : 56;
my $child = syscall $number, $CLONE_VFORK | $SIGCHLD, 0, 0, 0, 0;
die "clone: $!" if $child < 0;
if ($child == 0) {
    exec @program or die "$program[0]: $!";
}
waitpid $child, 0;
exit $? >> 8;
