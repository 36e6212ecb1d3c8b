# The release is delivered first.
for i in $(seq 100); do
  grep -q 'api-1 starts, release 47' log/apps.log && break
  sleep 0.2
done
node ctl.js restart api-1
