until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
$engine network create shop-net
$engine network connect shop-net stock
$engine network connect shop-net shop
