#!/usr/bin/perl
# licence.pl LOCK: checks the licence of the report program. Nothing else may look at it meanwhile.
use strict;
use warnings;
use Fcntl ':flock';

open my $licence, '>>', $ARGV[0] or die "$ARGV[0]: $!";
flock $licence, LOCK_EX or die "flock: $!";
# The licence server has been gone for a year, and nobody ever gave this a time-out.
sleep;
