#!/bin/sh
# How long a stop takes when the program is process 1 of a pid namespace, as it is in a container: SIGTERM, and SIGKILL
# after ten seconds. Needs the right to make a namespace.
try() {
  title=$1
  shift
  # The shell stays outside of its new namespace; its first child is process 1 there.
  unshare --pid sh -c '"$@" & wait "$!"' try "$@" 2>/dev/null &
  outer=$!
  sleep 1
  program=$(cut -d ' ' -f 1 "/proc/$outer/task/$outer/children" 2>/dev/null)
  if [ -z "$program" ]; then
    echo 'This system does not let you make a pid namespace here.'
    exit 1
  fi
  began=$(date +%s%N)
  kill -TERM "$program"
  (
    while kill -0 "$program" 2>/dev/null; do
      if [ "$(date +%s%N)" -ge $((began + 10000000000)) ]; then kill -KILL "$program"; fi
      sleep 0.05
    done
  ) &
  wait "$outer"
  code=$?
  printf '%-34s %5d ms, code %d\n' "$title" $((($(date +%s%N) - began) / 1000000)) "$code"
  wait
}
idle='setInterval(() => {}, 1000);'
try 'process 1, without a handler' node -e "$idle"
try 'process 1, with a handler' node -e "$idle process.on('SIGTERM', () => process.exit(0))"
try 'behind an init, without a handler' sh -c 'node -e "$1" & trap "kill $!" TERM; wait "$!"; wait "$!"' init "$idle"
