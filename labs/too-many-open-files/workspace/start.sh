#!/bin/sh
# Started by the container with the log as its output. When it ends, it is started again.
# 128 descriptors are plenty for this service.
ulimit -n 128
exec node server.js
