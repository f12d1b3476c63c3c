#!/usr/bin/env bash
# guard-containers.sh LABEL: removes the containers with this label, and their volumes, when standard input ends: by
# whatever death of whoever started them. Looks for a while, since one may just be being made.
set -u
cat >/dev/null
for _ in 1 2 3 4 5; do
  containers=$(timeout 20 docker ps -aq --filter "label=$1")
  [ -z "$containers" ] || timeout 60 docker rm -f -v $containers >/dev/null 2>&1
  sleep 1
done
