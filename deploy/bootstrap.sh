#!/bin/sh
# First run of TimOS with Docker: writes .env, builds the images and makes the secrets. Nothing that is there is ever
# written over, so it can be run again.
#
#   deploy/bootstrap.sh timos.example [--kit FILE]
#
# --kit takes the keys from a recovery kit instead of making new ones: for a machine that takes over from a lost one.
set -eu
cd "$(dirname "$0")/.."

usage() {
  echo "Usage: deploy/bootstrap.sh DOMAIN [--kit FILE]" >&2
  exit 2
}

domain=${1:-}
case $domain in
  '' | -* | *[!A-Za-z0-9.-]*) usage ;;
esac
kit=
if [ $# -gt 1 ]; then
  if [ $# -ne 3 ] || [ "$2" != --kit ]; then usage; fi
  kit=$3
  [ -f "$kit" ] || { echo "There is no file $kit." >&2; exit 1; }
  kit=$(cd "$(dirname "$kit")" && pwd)/$(basename "$kit")
fi

docker compose version >/dev/null 2>&1 || {
  echo "Docker with its compose plugin is needed: https://docs.docker.com/engine/install/" >&2
  exit 1
}

# New keys would not open what is in databases that are there, and would hide that the old ones are gone.
if [ ! -e deploy/secrets/keys ]; then
  volumes=$(docker volume ls --quiet --filter label=com.docker.compose.project=timos \
    --filter label=com.docker.compose.volume=platform-db)
  if [ -n "$volumes" ]; then
    echo "The databases of a TimOS are here (volume $volumes), and deploy/secrets is not." >&2
    echo "Put deploy/secrets back from its backup. Nothing was changed." >&2
    exit 1
  fi
fi

if [ ! -e .env ]; then
  (umask 077 && printf 'TIMOS_DOMAIN=%s\n' "$domain" >.env)
elif ! grep -q '^TIMOS_DOMAIN=' .env; then
  printf 'TIMOS_DOMAIN=%s\n' "$domain" >>.env
elif ! grep -qxF "TIMOS_DOMAIN=$domain" .env; then
  echo "$(grep '^TIMOS_DOMAIN=' .env) stands in .env. Passkeys belong to a domain: change it there if you mean it." >&2
  exit 1
fi

mkdir -p deploy/secrets
docker compose build
if [ -n "$kit" ]; then
  docker compose run --rm --volume "$kit:/kit:ro" bootstrap deploy:secrets --to /secrets --kit /kit
else
  docker compose run --rm bootstrap
fi
echo "Ready. Start TimOS with: docker compose up -d"
