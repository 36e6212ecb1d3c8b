set -e
# What happened this morning has to have happened.
while [ -f rates/this-morning.sh ]; do sleep 0.1; done
docker rm -f rates-7
pkill -f '^node rates/exporter.js'
docker run -d --name rates-8 -e RELEASE=8 -v /lab:/lab:ro -w /lab -p 7080:7080 -p 7090:7090 ops-lab/base node rates/server.js
