#!/bin/sh
# Prints the newest revision of a Cloud Run service that is ready and older than the one with the most traffic.
set -eu
serving=$(gcloud run services describe "$1" --region "$REGION" --format json |
  jq --exit-status --raw-output '.status.traffic | max_by(.percent // 0) | .revisionName')
gcloud run revisions list --service "$1" --region "$REGION" --format json |
  jq --exit-status --raw-output --arg serving "$serving" '
    (map(select(.metadata.name == $serving))[0].metadata.creationTimestamp) as $since
    | [.[] | select(.metadata.creationTimestamp < $since)
           | select(any(.status.conditions[]; .type == "Ready" and .status == "True"))]
    | max_by(.metadata.creationTimestamp).metadata.name // error("there is none before")'
