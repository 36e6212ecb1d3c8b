until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
ns1=$(node look.js -a ns1.corp.test)
echo "{ \"dns\": [\"$ns1\"] }" >box.json
$engine rm -f shop
$engine run -d --name shop $here node shop.js
