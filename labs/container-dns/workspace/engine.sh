# Which engine this machine has: docker, or else box, which makes containers by hand and takes the same options.
if [ -S /run/ops-lab/docker.sock ]; then
  engine=docker
  here='-m 96m --init -v /lab:/lab -w /lab ops-lab/base'
else
  engine=./box
  here='ops-lab/base'
fi
