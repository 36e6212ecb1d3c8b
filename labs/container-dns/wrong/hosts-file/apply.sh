until grep -qs started log/start.log; do sleep 0.1; done
. ./engine.sh
set -e
$engine exec shop sh -c 'echo "198.51.100.10 rates.corp.test" >>/etc/hosts'
