until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
$engine rm -f shop
$engine run -d --name shop --dns 127.0.0.53 --add-host rates.corp.test:198.51.100.10 --add-host stock:10.88.0.2 $here node shop.js
