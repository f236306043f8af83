#!/bin/sh
# Asks a new revision what it must be able to answer: smoke.sh api|web URL. Its databases and keys are those of
# production, so it asks only what changes nothing.
set -eu
kind=$1
url=$2

expect() {
  status=$(curl --silent --show-error --retry 5 --retry-all-errors --retry-delay 3 --max-time 20 \
    --output /dev/null --write-out '%{http_code}' "$url$1")
  echo "$1 $status"
  [ "$status" = "$2" ] || { echo "$1 should answer $2" >&2; exit 1; }
}

case $kind in
  api)
    # Both databases, Redis, and a key that was unwrapped.
    expect /health/ready 200
    expect /api/me 401
    expect /metrics 401
    expect /dev/outbox 404
    ;;
  web)
    expect /sign-in 200
    curl --silent --max-time 20 --dump-header - --output /dev/null "$url/sign-in" |
      grep -qi '^content-security-policy:.*nonce-' || { echo "no policy of content" >&2; exit 1; }
    ;;
  *) echo "Usage: smoke.sh api|web URL" >&2; exit 2 ;;
esac
