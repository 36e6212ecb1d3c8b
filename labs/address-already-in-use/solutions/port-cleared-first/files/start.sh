#!/bin/sh
# Starts one toll server. The manager runs this, and sends SIGTERM to it when the server is to stop.
echo "$NAME starts, release $RELEASE"
# Whoever still has the port makes room.
if [ -f "run/$NAME.pid" ]; then kill -9 "$(cat "run/$NAME.pid")" 2>/dev/null; fi
node server.js &
echo $! >"run/$NAME.pid"
wait
