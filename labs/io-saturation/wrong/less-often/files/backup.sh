#!/bin/bash
# One backup of the shop. A restore takes the newest complete NAME.dump of /data/backups, in pg_dump's own format.
# A second machine takes backups as well: PUT http://clients:9100/NAME.dump
set -e -o pipefail
cd /data/backups
began=$(date +%s)
# Past the page cache, which is for the database.
pg_dump -Fc -Z0 shop | dd of=shop.part bs=2M iflag=fullblock oflag=direct conv=fsync status=none
mv shop.part shop.dump
echo "backup complete: $(stat -c %s shop.dump) bytes in $(($(date +%s) - began)) s"
# Not so often.
sleep 10
