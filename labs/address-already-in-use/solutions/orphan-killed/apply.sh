set -e
until grep -q 'api-1: listen EADDRINUSE' log/apps.log; do sleep 0.2; done
orphan=$(sed -n 's/^api-1 listens on [0-9]*, process //p' log/apps.log | head -n 1)
kill "$orphan"
while kill -0 "$orphan" 2>/dev/null; do sleep 0.1; done
node ctl.js restart api-1
