for file in /proc/$(pgrep -o postgres)/root/sys/fs/cgroup/{blkio/blkio.throttle.write_bps_device,io.max}; do
  [ -e "$file" ] && echo "0:0 0" >"$file"
done
true
