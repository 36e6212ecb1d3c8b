until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
$engine network create shop-net
$engine rm -f shop stock
$engine run -d --name stock --network shop-net $here node stock.js
$engine run -d --name shop --network shop-net $here node shop.js
