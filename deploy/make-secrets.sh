#!/bin/sh
# sh deploy/make-secrets.sh      random passwords for compose.yaml, in deploy/secrets (git-ignored)
# What is there stays, what a new version wants besides is added.
set -eu
cd "$(dirname "$0")"
# The folder keeps others of this machine out; the files are readable inside containers, which run as other users.
mkdir -p -m 700 secrets
cd secrets

random() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # name text
  [ -e "$1" ] || printf '%s\n' "$2" > "$1"
  chmod 444 "$1"
}

keep mysql-root-password "$(random)"
keep mongodb-root-password "$(random)"
keep admin-password "$(random)"
# Of those who may change the schema, and of those who serve.
while read -r service server database || [ -n "$service" ]; do
  case $service in '' | '#'*) continue ;; esac
  case $server in
    mysql) at="mysql:3306/$database" ;;
    mongodb) at="mongodb:27017/$database?replicaSet=souk&authSource=$database" ;;
    *) echo "deploy/services.txt: $service is on '$server', neither mysql nor mongodb" >&2 && exit 1 ;;
  esac
  keep "$service-database-url" "$server://$service:$(random)@$at"
  keep "$service-serving-url" "$server://${service}_serving:$(random)@$at"
  keep "kafka-$service-password" "$(random)"
done <../services.txt
for user in admin topics; do keep "kafka-$user-password" "$(random)"; done
keep security-log-key "$(random)"
keep second-factor-key "$(head -c 32 /dev/urandom | base64)"
# Empty: nobody is sent mail. smtps://user:password@host, in a new file in its place.
keep smtp-url ''

# Said here because this is what every first start runs.
sh ../pin-images.sh --unpinned || true
