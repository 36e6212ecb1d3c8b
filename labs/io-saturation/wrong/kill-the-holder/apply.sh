timeout 20 bash -c 'until pkill -KILL -f "^perl licence.pl"; do sleep 0.2; done'
