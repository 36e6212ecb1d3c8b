timeout 20 bash -c 'until pkill -KILL -f "^perl start.pl"; do sleep 0.2; done'
