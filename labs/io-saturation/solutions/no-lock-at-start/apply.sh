pkill -KILL -f '^perl start.pl' || true
