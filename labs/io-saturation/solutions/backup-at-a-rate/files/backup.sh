#!/bin/bash
# One backup of the shop. A restore takes the newest complete NAME.dump of /data/backups, in pg_dump's own format.
# A second machine takes backups as well: PUT http://clients:9100/NAME.dump
set -e -o pipefail
cd /data/backups
began=$(date +%s)
# Past the page cache, which is for the database.
# 400 KiB/s of the 1024 that this host may write; small blocks, so that nobody stands behind a large one.
pg_dump -Fc -Z0 shop | pv -q -L 400k | dd of=shop.part bs=32k iflag=fullblock oflag=direct conv=fsync status=none
mv shop.part shop.dump
echo "backup complete: $(stat -c %s shop.dump) bytes in $(($(date +%s) - began)) s"
