#!/bin/sh
# Starts TimOS with docker compose as docs/operations/compose.md says, looks at it from outside, backs it up, and
# removes it again with its data. For a machine that has no TimOS.
set -eu
cd "$(dirname "$0")/../.."

deploy/bootstrap.sh localhost
cleanup() {
  docker compose --profile "*" ps --all || true
  docker compose logs --tail 40 || true
  docker compose --profile "*" down --volumes
}
trap cleanup EXIT
docker compose up --detach --wait --wait-timeout 300

get() {
  curl --silent --show-error --insecure --output /dev/null --write-out '%{http_code}' "https://localhost$1"
}
expect() {
  status=$(get "$1")
  echo "$1 $status"
  [ "$status" = "$2" ] || exit 1
}
expect /health/ready 200
expect /sign-in 200
expect /api/me 401
expect /metrics 404
expect /dev/outbox 404

# Each is who it should be, and can write nowhere but where it must.
for service in api worker web backup redis platform-db vault-db storage caddy; do
  uid=$(docker compose exec -T "$service" id -u)
  [ "$uid" != 0 ] || { echo "$service runs as root"; exit 1; }
  if docker compose exec -T "$service" sh -c ': > /probe' 2>/dev/null; then echo "$service can write to /"; exit 1; fi
done
# The web server knows no database.
if docker compose exec -T web node -e "require('net').connect(3306, 'vault-db').on('connect', () => process.exit(0)).on('error', () => process.exit(1))"; then
  echo "the web server reaches a database"
  exit 1
fi

docker compose run --rm operations keys:status
docker compose run --rm operations backup
docker compose run --rm operations drill
docker compose restart
docker compose up --detach --wait --wait-timeout 300
expect /health/ready 200

for image in api web operations; do
  docker image inspect --format "{{.RepoTags}} {{.Size}}" "timos-$image:latest"
  # No secret went into a layer with the sources.
  if docker run --rm --entrypoint sh "timos-$image:latest" -c 'ls -d /app/.env /app/deploy /app/.git /app/.data 2>/dev/null | grep .'; then
    echo "timos-$image holds what it should not"
    exit 1
  fi
done
