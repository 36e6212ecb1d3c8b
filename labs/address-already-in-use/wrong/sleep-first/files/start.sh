#!/bin/sh
# Starts one toll server. The manager runs this, and sends SIGTERM to it when the server is to stop.
echo "$NAME starts, release $RELEASE"
sleep 3
node server.js &
wait
