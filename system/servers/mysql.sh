#!/usr/bin/env bash
# MySQL server from Debian sid, unpacked into the cache and run with its own loader: no system package changes, no root needed.
#   mysql.sh install CACHE              needs apt-get and dpkg-deb; does nothing, and asks no network, when it is there
#   mysql.sh run CACHE FOLDER PORT      becomes the server at 127.0.0.1:PORT; FOLDER holds `init.sql` (run at every start) and the data
set -euo pipefail
COMMAND=${1:?install|run}
mkdir -p "${2:?cache folder}"
CACHE=$(cd "$2" && pwd)
HOME_FOLDER=$CACHE/mysql-sid
ROOT=$HOME_FOLDER/root
say() { echo "mysql.sh: $*" >&2; }

# The mirror comes from this machine's own apt set-up.
mirror() {
  { cat /etc/apt/sources.list.d/*.sources 2>/dev/null | awk '/^URIs:/{print $2}'
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      awk '$1=="deb"{for(i=2;i<=NF;i++) if($i~/^[a-z+]+:\/\//){print $i;break}}'
  } | grep -m1 -E '/debian/?$' || true
}

private_apt() { # an apt of our own that knows sid only, and nothing of what is installed here
  local apt=$HOME_FOLDER/apt from
  from=$(mirror)
  [ -n "$from" ] || { say "no Debian mirror in this machine's apt sources: MySQL comes from Debian"; return 1; }
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" && : >"$apt/status"
  printf 'Types: deb\nURIs: %s\nSuites: sid\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$from" >"$apt/sid.sources"
  cat >"$apt/apt.conf" <<P
Dir::Etc::sourcelist "$apt/sid.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
APT::Install-Recommends "false";
APT::Get::List-Cleanup "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::PDiffs "false";
Acquire::Retries "3";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons-small::DefaultEnabled "false";
P
  export APT_CONFIG=$apt/apt.conf
}

fetch_packages() {
  local attempt packages log=$HOME_FOLDER/apt.log
  # For the wrapper and maintainer scripts only: the server does not need them.
  local unneeded='^(perl.*|libperl.*|libgdbm.*|libdb5.*|debconf|dpkg|tar|base-files|openssl-provider-legacy|mysql-client.*|libtirpc-common|media-types|netbase)$'
  private_apt
  mkdir -p "$HOME_FOLDER/debs"
  for attempt in 1 2 3; do
    : >"$log"
    # (Not as root it complains about the system's own cache; harmless, so it goes to a log of its own.)
    if timeout 200 apt-get -qq update >>"$log" 2>&1 9>&- &&
      packages=$(apt-get install -s mysql-server-core 2>>"$log" 9>&- | awk '$1=="Inst"{print $2}' | grep -Ev "$unneeded") &&
      (cd "$HOME_FOLDER/debs" && timeout 300 apt-get -qq download $packages >>"$log" 2>&1 9>&-); then
      return
    fi
    [ "$attempt" = 3 ] || sleep $((attempt * 3))
  done
  tail -n 10 "$log" >&2
  say "apt could not fetch mysql-server-core of Debian sid (no network, or sid is between two versions just now)"
  return 1
}

unpack_packages() {
  local deb
  mkdir -p "$ROOT"
  for deb in "$HOME_FOLDER"/debs/*.deb; do dpkg-deb -x "$deb" "$ROOT"; done
  # What the server does not need: documents, and offline tools of 83 MB.
  rm -rf "$ROOT"/usr/share/{doc,man,locale,i18n,gcc,lintian,gdb} "$ROOT"/usr/lib/*-linux-gnu/{perl*,gconv,engines-3,ossl-modules} \
    "$ROOT/usr/bin" "$HOME_FOLDER/debs" "$HOME_FOLDER/apt"
}

loader() {
  local file
  for file in "$ROOT"/usr/lib64/ld-linux-*.so.* "$ROOT"/lib64/ld-linux-*.so.* "$ROOT"/usr/lib/ld-linux-*.so.* "$ROOT"/lib/ld-linux-*.so.*; do
    [ ! -f "$file" ] || { echo "$file"; return; }
  done
  say "no loader in $ROOT"
  return 1
}
arguments() { # data folder, folder for temporary files -> SERVER
  local libraries
  libraries=$ROOT/usr/lib/$(uname -m)-linux-gnu:$ROOT/lib/$(uname -m)-linux-gnu:$ROOT/usr/lib/mysql/private
  SERVER=("$(loader)" --library-path "$libraries" --argv0 "$ROOT/usr/sbin/mysqld" "$ROOT/usr/sbin/mysqld"
    --no-defaults --user="$(id -un)" --basedir="$ROOT/usr" --datadir="$1" --tmpdir="$2"
    --character-sets-dir="$ROOT/usr/share/mysql/charsets" --lc-messages-dir="$ROOT/usr/share/mysql"
    --plugin-dir="$ROOT/usr/lib/mysql/plugin" --secure-file-priv=NULL --mysqlx=OFF --skip-log-bin --performance-schema=OFF
    --innodb-buffer-pool-size=256M)
}

# A fresh data folder to copy at each first start: 3.4 s -> 0.9 s. auto.cnf is the identity of one server.
make_template() {
  local log=$HOME_FOLDER/template.log
  rm -rf "$HOME_FOLDER/template" && mkdir -p "$HOME_FOLDER/tmp"
  arguments "$HOME_FOLDER/template" "$HOME_FOLDER/tmp"
  # With a small redo log: there is less to copy.
  "${SERVER[@]}" --initialize-insecure --innodb-redo-log-capacity=8M >"$log" 2>&1 9>&- || { tail -n 20 "$log" >&2; say "the data folder could not be made"; return 1; }
  rm -rf "$HOME_FOLDER/template/auto.cnf" "$HOME_FOLDER/tmp"
}

case $COMMAND in
  install)
    [ ! -f "$HOME_FOLDER/.complete" ] || exit 0
    exec 9>"$CACHE/mysql.lock"
    flock -w 600 9 || { say "another installation did not end within 600 s"; exit 1; }
    [ ! -f "$HOME_FOLDER/.complete" ] || exit 0
    say "installing MySQL"
    rm -rf "$CACHE"/mysql-*/ && mkdir -p "$HOME_FOLDER"
    fetch_packages
    unpack_packages
    make_template
    touch "$HOME_FOLDER/.complete" ;;
  run)
    FOLDER=$(cd "${3:?folder}" && pwd) PORT=${4:?port}
    mkdir -p "$FOLDER/tmp"
    [ -d "$FOLDER/data" ] || { cp -r "$HOME_FOLDER/template" "$FOLDER/data.new" && mv "$FOLDER/data.new" "$FOLDER/data"; }
    arguments "$FOLDER/data" "$FOLDER/tmp"
    # No unix socket: its path would have to be shorter than 108 bytes.
    exec "${SERVER[@]}" --bind-address=127.0.0.1 --port="$PORT" --socket= --pid-file="$FOLDER/tmp/pid" \
      --innodb-redo-log-capacity=256M --innodb-flush-log-at-trx-commit=1 --skip-name-resolve --max-connections=400 --default-time-zone=+00:00 \
      --transaction-isolation=READ-COMMITTED --innodb-lock-wait-timeout=10 --init-file="$FOLDER/init.sql" ;;
  *) say "unknown: $COMMAND"; exit 2 ;;
esac
