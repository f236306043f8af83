#!/bin/sh
# Prints the address that a tag of a Cloud Run service has for itself.
set -eu
gcloud run services describe "$1" --region "$REGION" --format json |
  jq --exit-status --raw-output --arg tag "$2" '.status.traffic[] | select(.tag == $tag) | .url'
