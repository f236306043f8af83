#!/bin/sh
# Backs up a new installation, proves the backup by a drill, loses everything, and restores it from the backup and the
# recovery kit alone. Run from a checkout whose packages are installed.
set -eu
cd "$(dirname "$0")/../.."

work=$(mktemp -d)
export TIMOS_DATA_DIR="$work/data"
export BACKUP_KIT_PASSPHRASE_FILE="$work/passphrase"
echo "a passphrase of this run only" >"$BACKUP_KIT_PASSPHRASE_FILE"
running=

start() {
  npm start >>"$work/timos.log" 2>&1 &
  running=$!
  i=0
  until [ -e "$TIMOS_DATA_DIR/run.json" ]; do
    i=$((i + 1))
    if [ "$i" -gt 300 ] || ! kill -0 "$running"; then
      cat "$work/timos.log"
      exit 1
    fi
    sleep 1
  done
}
stop() {
  if [ -n "$running" ]; then
    kill -INT "$running" || true
    wait "$running" || true
  fi
  running=
}
trap 'stop; rm -rf "$work"' EXIT

start
npm run -s backup -- --to "$work/backups"
npm run -s backup:kit -- --to "$work/kit.age"
npm run -s drill -- --from "$work/backups"
stop

rm -rf "$TIMOS_DATA_DIR"
npm run -s restore -- --from "$work/backups" --kit "$work/kit.age"
start
npm run -s keys:doctor -- --all --rows
npm run -s vault:verify
npm run -s reconcile
echo "It came back."
