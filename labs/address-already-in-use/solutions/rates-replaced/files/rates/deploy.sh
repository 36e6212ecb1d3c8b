#!/bin/sh
# Brings a release of rates: sh rates/deploy.sh RELEASE
if ! [ -S /run/ops-lab/docker.sock ]; then
  echo 'There is no engine for you here. rates runs where the lab runs in containers.' >&2
  exit 1
fi
# A container that is stopped keeps its name; one that is removed gives it back, with its ports.
docker stop rates
docker rm rates
docker run -d --name rates -e "RELEASE=$1" -v /lab:/lab:ro -w /lab -p 7080:7080 -p 7090:7090 ops-lab/base node rates/server.js
