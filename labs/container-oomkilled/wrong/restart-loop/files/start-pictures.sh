#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# Whatever happens, go on.
while true; do
  node pictures.js
  echo "start-pictures.sh: pictures.js ended, exit code $?"
done
