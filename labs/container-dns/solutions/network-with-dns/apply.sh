until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
ns1=$(node look.js -a ns1.corp.test)
$engine network create shop-net
$engine rm -f shop stock
$engine run -d --name stock --network shop-net $here node stock.js
$engine run -d --name shop --network shop-net --dns "$ns1" $here node shop.js
