#!/bin/sh
# Starts one toll server. The manager runs this, and sends SIGTERM to it when the server is to stop.
echo "$NAME starts, release $RELEASE"
pkill -9 -f '^node server.js'
node server.js &
wait
