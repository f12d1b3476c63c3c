#!/bin/bash
# bash kafka-users.sh SECRETS RIGHTS     where Redpanda's admin API is at 127.0.0.1:9644: makes the users of the log, asks everybody
# who it is from then on, and gives each the rights of the list. As often as you like; volumes of a shop without users too.
# A right that is no longer in the list stays: rpk security acl delete --allow-principal User:NAME --topic TOPIC --operation write
set -euo pipefail
secrets=$1 rights=$2
admin=(-X brokers=127.0.0.1:9092 -X user=admin -X "pass=$(cat "$secrets/kafka-admin-password")" -X sasl.mechanism=SCRAM-SHA-512)

user() { # name: its password is that of the file, also when it has had another
  local password
  password=$(cat "$secrets/kafka-$1-password")
  rpk security user create "$1" --password "$password" --mechanism SCRAM-SHA-512 >/dev/null 2>&1 ||
    rpk security user update "$1" --new-password "$password" --mechanism SCRAM-SHA-512
}

for file in "$secrets"/kafka-*-password; do
  name=${file##*/kafka-}
  user "${name%-password}"
done
rpk cluster config set superusers '["admin"]'
rpk cluster config set enable_sasl true

while read -r name on pattern operations names; do
  flags=()
  for each in $names; do flags+=("--$on" "$each"); done
  rpk security acl create "${admin[@]}" --allow-principal "User:$name" --operation "$operations" --resource-pattern-type "$pattern" "${flags[@]}"
done <"$rights"
