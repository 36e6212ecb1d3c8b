# The release is delivered first. The manager says this once the pipeline has its answer; a restart before would have it delivered again.
until grep -q 'manager: api-1 runs' log/apps.log; do sleep 0.2; done
node ctl.js restart api-1
