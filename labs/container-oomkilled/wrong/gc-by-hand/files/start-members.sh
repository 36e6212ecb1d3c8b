#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# The rest of this machine's memory is for others.
node --expose-gc --max-old-space-size=64 members.js
code=$?
echo "start-members.sh: members.js ended, exit code $code"
exit $code
