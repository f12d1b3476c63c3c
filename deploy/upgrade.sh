#!/bin/sh
# Brings the running shop of compose.yaml to the version in this folder, one container after the other.
set -eu

usage() {
  cat <<'TEXT'
sh deploy/upgrade.sh             builds, makes users, migrates each database, makes topics, then replaces the services
sh deploy/upgrade.sh --dry-run   prints what it would do
sh deploy/upgrade.sh --back      the services go back to the images from before the last upgrade; schemas stay

It wants the environment (ORDER_PORT, COMPOSE_PROJECT_NAME and so on) that the shop was started with, or a file .env that holds it. It stops at the first thing
that fails, with what ran before still running, and says what to do. Started again, it goes on where it stopped.
TEXT
}

cd "$(dirname "$0")/.."
READERS_FIRST=$(awk '!/^#/ && NF { print $1 }' deploy/services.txt)
# The console only asks the services, so it comes after them all. It has no database and no jobs.
ALL="$READERS_FIRST console"
LOCK=deploy/.upgrade-lock
# Is there from an upgrade's start until it is through: the images to go back to are those from before the first try.
UNDER_WAY=deploy/.upgrade-under-way
# Without it every build has an image of its own, with the time in it, and everything would be replaced each time.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1

dry='' mode=upgrade doing='looking at what runs' replaced='' creating='' new='' stopped='' begun='' locked=''
case "$#:${1:-}" in
  0:) ;;
  1:--dry-run) dry=1 ;;
  1:--back) mode=back ;;
  1:-h | 1:--help) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
esac

say() { printf 'upgrade: %s\n' "$*"; }
step() { doing=$* && say "$doing"; }
run() { if [ -n "$dry" ]; then printf '  %s\n' "$*"; else "$@" </dev/null; fi; }

# However it ends: what was stopped for a new container that is not ready runs again, and the way on is said.
ended() {
  code=$?
  # Nor is it kept from that by a terminal that has gone, a full disk or a pipe that nobody reads.
  trap '' INT TERM HUP PIPE
  set +e
  [ -z "$locked" ] || rm -f "$LOCK"
  [ "$code" -ne 0 ] || exit 0
  {
    say "STOPPED (exit code $code) while $doing."
    [ -z "$creating" ] || new=$(containers_in "$creating" created)
    [ -z "$new" ] || docker rm -f "$new" >/dev/null || say "could not remove the new container $new"
    [ -z "$stopped" ] || run_again
    say "replaced in this run:${replaced:- none}; everything else runs as before."
    say "mend the cause, then go on with: sh deploy/upgrade.sh$([ "$mode" = upgrade ] || echo ' --back')"
    [ "$mode" = back ] || say 'or go back to the images from before: sh deploy/upgrade.sh --back'
  } >&2
  exit "$code"
}
run_again() {
  # The engine may still be stopping it, after a Ctrl-C.
  docker stop "$stopped" >/dev/null && docker start "$stopped" >/dev/null && say "the old container runs again: $stopped" ||
    say "could not start the old container again: docker start $stopped"
}

only_one() {
  if ! (set -C && echo $$ >"$LOCK") 2>/dev/null; then
    if kill -0 "$(cat "$LOCK")" 2>/dev/null; then
      say "another one is at it (process $(cat "$LOCK"), by $LOCK)" >&2
      exit 1
    fi
    echo $$ >"$LOCK"
  fi
  locked=1
}

# Building and running jobs for a shop that is not there would make networks and volumes for it, and fail.
look() {
  for service in $READERS_FIRST; do
    present=$(containers_in "$service" running restarting paused exited dead)
    [ -z "$present" ] || return 0
  done
  say 'none of the services has a container here. A shop is started for the first time, or again after docker compose down, with:' >&2
  say '  docker compose up --wait    (if it runs under another COMPOSE_PROJECT_NAME or COMPOSE_FILE, set that here too)' >&2
  exit 1
}

count() { counted=$#; }
first() { echo "$1"; }
state() { docker inspect -f '{{.State.Status}}' "$1"; }
# What a container was made of; two that agree in it need no replacing.
made_of() { docker inspect -f '{{.Image}} {{index .Config.Labels "com.docker.compose.config-hash"}}' "$1"; }
wanted() { # service
  hash=$(docker compose config --hash "$1")
  echo "$(id_of "$1") ${hash#* }"
}
containers_of() { # service: all but those of `docker compose run`, which are not counted by compose either
  listed=$(docker compose ps --all --quiet "$1") || exit 1
  for one in $listed; do
    [ "$(docker inspect -f '{{index .Config.Labels "com.docker.compose.oneoff"}}' "$one")" = True ] || echo "$one"
  done
}
containers_in() { # service, states...: its containers that are in one of these states
  listed=$(containers_of "$1") || exit 1
  shift
  for one in $listed; do
    case " $* " in *" $(state "$one") "*) echo "$one" ;; esac
  done
}

# Some engines let go of an image whose name a build has taken, even while it runs: it keeps a name of ours.
hold() {
  for service in $ALL; do
    present=$(containers_in "$service" running restarting exited)
    [ -n "$present" ] || continue
    image=$(docker inspect -f '{{.Image}}' "$(first $present)")
    run docker tag "$image" "localhost/souk/$service:held" ||
      say "$service: its image is gone (has somebody built before?), so there is no going back with it"
  done
}
# What was held is what to go back to, if the build has made anything new. A second try of an upgrade forgets nothing.
remember() {
  for service in $ALL; do
    [ "$(id_of "$service:held")" = "$(id_of "$service")" ] || [ -e "$UNDER_WAY" ] || begun=1
  done
  for service in $ALL; do
    if [ -n "$begun" ]; then
      docker tag "localhost/souk/$service:held" "localhost/souk/$service:previous" 2>/dev/null ||
        docker rmi "localhost/souk/$service:previous" >/dev/null 2>&1 || true
    fi
    docker rmi "localhost/souk/$service:held" >/dev/null 2>&1 || true
  done
  [ -z "$begun" ] || : >"$UNDER_WAY"
}
id_of() { docker image inspect -f '{{.Id}}' "localhost/souk/$1" 2>/dev/null || true; }

job() { # name
  step "running the job $1"
  run docker compose run --rm --no-deps -T "$1"
}

# Docker asks for its health, and calls it unhealthy in the end: this waits for a minute at most.
ready() { # container
  while :; do
    case $(docker inspect -f '{{.State.Status}} {{.RestartCount}} {{.State.Health.Status}}' "$1") in
      'running 0 healthy') return 0 ;;
      'running 0 starting') sleep 0.5 ;;
      *) return 1 ;;
    esac
  done
}

# The new one is made before the old one stops, for which it needs no port yet, and the old one goes when the new one is ready.
replace() { # service, old container or nothing
  listed=$(containers_of "$1")
  count $listed
  creating=$1
  docker compose up --no-start --no-deps --no-build --no-recreate --scale "$1=$((counted + 1))" "$1" </dev/null
  new=$(containers_in "$1" created) creating=''
  if [ -n "$2" ]; then
    same_ports "$1" "$2"
    # One that somebody has stopped before, for the migrations, does not run again whatever happens.
    case $(state "$2") in running | restarting) stopped=$2 && docker stop "$2" >/dev/null ;; esac
  fi
  docker start "$new" >/dev/null
  if ! ready "$new"; then
    say "$1: the new container is not ready ($(state "$new")); its last lines:" >&2
    docker logs --tail 20 "$new" >&2
    exit 1
  fi
  new='' stopped=''
  [ -z "$2" ] || docker rm "$2" >/dev/null
  case "$replaced " in *" $1 "*) ;; *) replaced="$replaced $1" ;; esac
}
same_ports() { # service, old container
  before=$(docker inspect -f '{{json .HostConfig.PortBindings}}' "$2")
  after=$(docker inspect -f '{{json .HostConfig.PortBindings}}' "$new")
  [ "$before" = "$after" ] && return 0
  say "$1 has its port at $before and would get $after: give the environment it was started with, or start it with the new one" >&2
  say "by hand, where all its replicas stop: docker compose up --wait --no-deps $1" >&2
  exit 1
}

replace_all() { # service
  step "replacing $1"
  # Left of one that was killed: never started, or stopped and already replaced.
  unused=$(containers_in "$1" created)
  present=$(containers_in "$1" running restarting)
  over=$(containers_in "$1" exited dead)
  if [ -z "$present" ]; then present=$over; else unused="$unused $over"; fi
  for each in $unused; do run docker rm "$each"; done
  count $present
  say "$1 has $counted container(s)"
  [ -z "$dry" ] || return 0
  this=$(wanted "$1")
  [ -n "$present" ] || replace "$1" ''
  for each in $present; do
    if [ "$(state "$each")" = running ] && [ "$(made_of "$each")" = "$this" ]; then say "$1: $each has this version already"; else replace "$1" "$each"; fi
  done
}

# What a volume was made with knows nothing of the users of a later version. MySQL lets its root in from its own container alone.
mysql_users() {
  step 'making the users of MySQL'
  if [ -n "$dry" ]; then
    echo '  sh deploy/mysql-databases.sh | docker compose exec -T mysql sh -c "mysql -uroot …"'
    return 0
  fi
  statements=$(sh deploy/mysql-databases.sh)
  printf '%s\n' "$statements" | docker compose exec -T mysql sh -c 'exec mysql -uroot -p"$(cat /run/secrets/mysql-root-password)"'
}

upgrade() {
  step 'adding the secrets that this version has besides'
  run sh deploy/make-secrets.sh
  hold
  step 'building the images'
  run docker compose build
  [ -n "$dry" ] || remember
  mysql_users
  job mongodb-databases
  for service in $READERS_FIRST; do job "$service-migrate"; done
  # From here on the log asks who comes: processes of a version without users are away from it until they are replaced, below.
  job kafka-users
  job topics
  for service in $ALL; do replace_all "$service"; done
}

back() {
  writers_first=''
  for service in $ALL; do writers_first="$service $writers_first"; done
  for service in $writers_first; do
    step "going back with $service"
    if docker image inspect "localhost/souk/$service:previous" >/dev/null 2>&1; then
      docker tag "localhost/souk/$service:previous" "localhost/souk/$service"
      replace_all "$service"
    else
      say "$service: there is no image from before"
    fi
  done
}

trap ended EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 141' PIPE
trap 'exit 143' TERM
[ -n "$dry" ] || only_one
look
"$mode"
if [ -z "$dry" ]; then
  rm -f "$UNDER_WAY"
  say "done; replaced:${replaced:- nothing, everything was there already}"
fi
