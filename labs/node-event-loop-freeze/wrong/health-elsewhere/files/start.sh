#!/bin/sh
# The front process answers the health check itself, so that it is never late.
PORT=$((PORT + 1)) BEHIND=1 node server.js &
export BEHIND_PORT=$((PORT + 1))
exec node front.js
