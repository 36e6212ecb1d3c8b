pkill -x dd || true
