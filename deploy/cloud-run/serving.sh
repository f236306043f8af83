#!/bin/sh
# Prints the revision of a Cloud Run service that has all of the traffic; fails where it is shared, since then nobody
# knows what "back" would mean. REGION is its region.
set -eu
gcloud run services describe "$1" --region "$REGION" --format json |
  jq --exit-status --raw-output '[.status.traffic[] | select((.percent // 0) > 0)] | if length == 1 then .[0].revisionName else error("the traffic is shared") end'
