#!/usr/bin/env bash
# system-packages.sh [java] [maven] [pip] [venv] [curl] [chromium]: makes sure that what the server scripts, fuzzing (venv) and the
# tests of the console (chromium) need is on this machine.
# Installs the missing ones with apt when that is allowed (root, or sudo without a password), else says what to install.
set -euo pipefail
say() { echo "system-packages.sh: $*" >&2; }

# What each name needs: a look whether it is there, and the Debian packages that bring it.
java_major() { java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p'; }
has() {
  case $1 in
    java) command -v java >/dev/null && [ "$(java_major)" -ge 17 ] ;; # Kafka 4 asks for 17
    maven) command -v mvn >/dev/null ;;
    pip) python3 -m pip --version >/dev/null 2>&1 ;;
    venv) python3 -c 'import ensurepip, venv' 2>/dev/null ;;
    chromium) command -v chromium >/dev/null ;;
    curl) ldconfig -p 2>/dev/null | grep -q 'libcurl\.so\.4' || [ -e "/usr/lib/$(uname -m)-linux-gnu/libcurl.so.4" ] ;;
    *) say "unknown: $1"; exit 2 ;;
  esac
}
packages_of() {
  case $1 in
    java) echo default-jre-headless ;;
    maven) echo maven ;;
    pip) echo python3 python3-pip ;;
    venv) echo python3 python3-venv ;;
    curl) echo libcurl4 ;;
    chromium) echo chromium fonts-dejavu-core ;;
  esac
}
missing() {
  local name
  for name in "$@"; do has "$name" || echo "$name"; done
}
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

want=$(missing "$@")
[ -n "$want" ] || exit 0
packages=$(for name in $want; do packages_of "$name"; done | xargs)
cure="install it with: apt-get install --no-install-recommends $packages"
command -v apt-get >/dev/null || { say "missing: $(xargs <<<"$want"), and no apt-get here; $cure"; exit 1; }
[ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { say "missing: $(xargs <<<"$want"); $cure"; exit 1; }

exec 9>"${TMPDIR:-/tmp}/souk-system-packages.lock"
flock -w 600 9 || { say "another installation did not end within 600 s"; exit 1; }
want=$(missing "$@") # somebody else may have installed it meanwhile
[ -n "$want" ] || exit 0
say "installing $packages"
# In sessions of their own: a package manager that is killed in the middle leaves a machine in need of repair.
for attempt in 1 2 3; do
  as_root setsid --wait timeout 120 apt-get -qq -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 update >&2 9>&- &&
    as_root setsid --wait timeout 400 env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
      -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 install $packages >&2 9>&- && break
  [ "$attempt" -lt 3 ] || { say "apt-get could not install $packages"; exit 1; }
  sleep $((attempt * 5))
done
want=$(missing "$@")
[ -z "$want" ] || { say "still missing after installing $packages: $(xargs <<<"$want")"; exit 1; }
