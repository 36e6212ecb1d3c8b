#!/bin/bash
# The database of the shop and, on the same disk, one backup of it after the other. Each backup reads backup.sh anew.
# The log of the database in memory.
[ -L /data/db/pg_wal ] || { mv /data/db/pg_wal /dev/shm/wal && ln -s /dev/shm/wal /data/db/pg_wal; }
postgres -D /data/db -c config_file=/lab/postgresql.conf &
server=$!
trap 'kill -INT "$server"' TERM
while sleep 0.1; do bash backup.sh; done &
backups=$!
wait "$server"
kill "$backups" 2>/dev/null
wait "$server"
