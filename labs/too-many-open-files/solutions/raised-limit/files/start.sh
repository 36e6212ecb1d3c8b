#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# As many as the container allows.
ulimit -n 1024
exec node server.js
