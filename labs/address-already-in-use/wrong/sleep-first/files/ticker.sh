#!/bin/sh
# Starts the ticker. The manager runs this, and sends SIGTERM to it when the ticker is to stop.
sleep 3
exec perl ticker.pl
