#!/bin/sh
# Asks TimOS at its own address every two seconds for a while, and fails when more than one answer in twenty is missing
# or wrong: watch.sh ORIGIN SECONDS.
set -eu
origin=$1
asked=0
failed=0
until=$(($(date +%s) + $2))
while [ "$(date +%s)" -lt "$until" ]; do
  for path in /health/ready /sign-in; do
    asked=$((asked + 1))
    curl --silent --fail --max-time 10 --output /dev/null "$origin$path" || failed=$((failed + 1))
  done
  sleep 2
done
echo "$failed of $asked requests failed"
[ "$asked" -gt 0 ] && [ $((failed * 20)) -le "$asked" ]
