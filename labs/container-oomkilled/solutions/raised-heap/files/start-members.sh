#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# The container has 512 MiB; the rest is for what is not on the heap.
node --max-old-space-size=400 members.js
code=$?
echo "start-members.sh: members.js ended, exit code $code"
exit $code
