until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
ns0=$(node look.js -a ns0.corp.test)
ns1=$(node look.js -a ns1.corp.test)
$engine rm -f shop
$engine run -d --name shop --dns "$ns0" --dns "$ns1" --dns-option rotate $here node shop.js
