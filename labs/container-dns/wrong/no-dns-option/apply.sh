until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
$engine rm -f shop
$engine run -d --name shop $here node shop.js
