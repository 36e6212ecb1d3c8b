#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
node pictures.js
code=$?
echo "start-pictures.sh: pictures.js ended, exit code $code"
exit $code
