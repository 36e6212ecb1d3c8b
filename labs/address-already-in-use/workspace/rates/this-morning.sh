# What happened before you came. Happens once, where the lab runs in containers; then this file is gone.
[ -d /run/ops-lab ] || exit 0
until docker version >/dev/null 2>&1; do sleep 0.1; done
seven() {
  docker run -d --init --name "$1" -e RELEASE=7 -v /lab:/lab:ro -w /lab -p 7080:7080 ops-lab/base node rates/server.js
}
seven rates
# It answered for a while.
for i in $(seq 100); do
  curl -s 'localhost:7080/rate?cents=1' && break
  sleep 0.1
done
docker stop rates
seven rates-7
setsid --fork node rates/exporter.js </dev/null >/dev/null 2>&1
rm -f "$0"
