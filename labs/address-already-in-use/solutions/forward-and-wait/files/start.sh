#!/bin/sh
# Starts one toll server. The manager runs this, and sends SIGTERM to it when the server is to stop.
echo "$NAME starts, release $RELEASE"
node server.js &
server=$!
trap 'kill -TERM "$server"' TERM
# The signal ends the first wait. The second one lasts until the server has really ended.
wait "$server"
wait "$server"
