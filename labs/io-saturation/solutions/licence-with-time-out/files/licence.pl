#!/usr/bin/perl
# licence.pl LOCK: checks the licence of the report program. Nothing else may look at it meanwhile.
use strict;
use warnings;
use Fcntl ':flock';

open my $licence, '>>', $ARGV[0] or die "$ARGV[0]: $!";
flock $licence, LOCK_EX or die "flock: $!";
# The licence server has been gone for a year: half a second is enough to find out.
select undef, undef, undef, 0.5;
