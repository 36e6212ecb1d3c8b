set -e
# What happened this morning has to have happened.
while [ -f rates/this-morning.sh ]; do sleep 0.1; done
docker rm rates
docker run -d --name rates -e RELEASE=8 -v /lab:/lab:ro -w /lab -p 7081:7080 -p 7091:7090 ops-lab/base node rates/server.js
