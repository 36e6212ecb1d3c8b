# What happened before you came. Happens once, where the lab runs in containers; then this file is gone.
until docker version >/dev/null 2>&1; do sleep 0.1; done
seven() {
  docker run -d --init --name "$1" -e RELEASE=7 -v /lab:/lab:ro -w /lab -p 7080:7080 ops-lab/base node rates/server.js
}
seven rates
docker stop rates
seven rates-7
setsid --fork node rates/exporter.js </dev/null >/dev/null 2>&1
rm -f "$0"
