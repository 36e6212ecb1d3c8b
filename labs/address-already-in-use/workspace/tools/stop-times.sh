#!/bin/sh
# How long a stop takes when the program is process 1 of its own pid namespace, as it is in a container:
# SIGTERM, and SIGKILL after ten seconds. Needs the right to make a namespace.
cd "$(dirname "$0")" || exit 1
try() {
  title=$1
  shift
  unshare --pid --fork --mount-proc "$@" &
  outer=$!
  sleep 1
  inner=$(cut -d ' ' -f 1 "/proc/$outer/task/$outer/children")
  if [ -z "$inner" ]; then
    echo 'This system does not let you make a pid namespace here.'
    exit 1
  fi
  began=$(date +%s%N)
  kill -TERM "$inner"
  (sleep 10; kill -KILL "$inner" 2>/dev/null) &
  killer=$!
  wait "$outer"
  code=$?
  kill "$killer" 2>/dev/null
  printf '%-36s %5d ms, code %d\n' "$title" $((($(date +%s%N) - began) / 1000000)) "$code"
}
try 'process 1, without a handler' node -e 'setInterval(() => {}, 1000)'
try 'process 1, with a handler' node -e 'setInterval(() => {}, 1000); process.on("SIGTERM", () => process.exit(0))'
try 'behind an init, without a handler' sh -c 'node -e "setInterval(() => {}, 1000)" & trap "kill $!" TERM; wait $!; wait $!'
