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
for of in inventory:inventory order:orders payment:payment; do
  keep "${of%:*}-database-url" "mysql://${of%:*}:$(random)@mysql:3306/${of#*:}"
  keep "${of%:*}-serving-url" "mysql://${of%:*}_serving:$(random)@mysql:3306/${of#*:}"
done
for of in product user; do
  keep "$of-database-url" "mongodb://$of:$(random)@mongodb:27017/$of?replicaSet=souk&authSource=$of"
  keep "$of-serving-url" "mongodb://${of}_serving:$(random)@mongodb:27017/$of?replicaSet=souk&authSource=$of"
done
for user in admin product inventory order payment user topics; do keep "kafka-$user-password" "$(random)"; done
keep security-log-key "$(random)"
keep second-factor-key "$(head -c 32 /dev/urandom | base64)"
# Empty: nobody is sent mail. smtps://user:password@host, in a new file in its place.
keep smtp-url ''

# Said here because this is what every first start runs.
sh ../pin-images.sh --unpinned || true
