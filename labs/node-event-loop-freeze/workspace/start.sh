#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
exec node server.js
