# The pipeline's end on this machine: brings what the pipeline asks for, as anybody would, with rates/deploy.sh. One job at a time:
#   deploy RELEASE   sh rates/deploy.sh RELEASE
#   back ID          the container ID is called rates again and runs, whatever a failed deployment has left in its place
# The pipeline hears when a job has ended.
[ -d /run/ops-lab ] || exit 0

back() {
  name=$(docker inspect --format '{{.Name}}' "$1") || return 1
  if [ "$name" != /rates ]; then
    docker rm -f rates
    docker rename "$1" rates || return 1
  fi
  docker start rates
}

work() {
  while :; do
    if ! job=$(curl -sf --max-time 60 http://pipeline:9100/job); then
      sleep 1
      continue
    fi
    [ -n "$job" ] || continue
    set -- $job
    case $1 in
      deploy) timeout -k 1 40 sh rates/deploy.sh "$2" ;;
      back) back "$2" ;;
    esac >/dev/null 2>&1 </dev/null
    curl -sf --max-time 10 -X POST http://pipeline:9100/job/done
  done
}
work
