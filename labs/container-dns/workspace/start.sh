#!/bin/sh
# Starts the containers of this machine. Where a container asks for names is chosen when it is made.
. ./engine.sh
$engine rm -f stock shop report audit >/dev/null 2>&1

# The same resolver that this machine uses.
resolver=$(awk '$1 == "nameserver" { print $2; exit }' /etc/resolv.conf)

$engine run -d --name stock $here node stock.js
$engine run -d --name shop --dns "$resolver" $here node shop.js
# Two jobs that ask for one name each. ns0 is where the resolver was before it moved to ns1.
$engine run -d --name report --dns "$(node look.js -a ns0.corp.test)" $here node look.js -e 2 rates.corp.test
$engine run -d --name audit --dns "$(node look.js -a ns1.corp.test)" $here node look.js -e 2 rate.corp.test
echo started
