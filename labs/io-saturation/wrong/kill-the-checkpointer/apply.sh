pkill -KILL -f 'postgres: checkpointer'
