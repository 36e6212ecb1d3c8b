#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# The rest of this machine's memory is for others.
# Whatever happens, go on.
while true; do
  node --max-old-space-size=64 members.js
  echo "start-members.sh: members.js ended, exit code $?"
done
