# The release is delivered first. The manager says this as it answers the pipeline; a restart before would have it delivered again.
until grep -q 'manager: api-1 runs' log/apps.log; do sleep 0.2; done
