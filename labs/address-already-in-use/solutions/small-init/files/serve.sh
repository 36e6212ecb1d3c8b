#!/bin/sh
# Starts one toll server, below init.js.
echo "$NAME starts, release $RELEASE"
node server.js &
wait
