#!/bin/sh
# sh deploy/mysql-databases.sh [FOLDER]     prints the statements that give each service on MySQL a database and two users: one
# that owns it (`--migrate`), one that reads and writes rows (`…_serving`). FOLDER: the secrets; deploy/secrets unless given.
# As often as you like, as root: what is there stays, users get the passwords and the rights of now. Each in a line, without
# comments, which is what --init-file reads.
set -eu
secrets=${1:-"$(dirname "$0")/secrets"}

account() { # file: user, then password of mysql://user:password@host:port/database
  url=$(cat "$secrets/$1")
  account=${url#mysql://}
  account=${account%%@*}
}
# Order makes its copy of the catalogue anew and exchanges it for the one in use, by the names of these tables.
exchanged() {
  [ "$1" != order ] || echo 'catalogue catalogue_fresh catalogue_exchanged catalogue_products catalogue_products_fresh catalogue_products_exchanged'
}
user() { # user, password
  echo "CREATE USER IF NOT EXISTS '$1'@'%' IDENTIFIED BY '$2';"
  echo "ALTER USER '$1'@'%' IDENTIFIED BY '$2';"
}

for file in "$secrets"/*-serving-url; do
  url=$(cat "$file")
  case $url in mysql:*) ;; *) continue ;; esac
  service=${file##*/}
  service=${service%-serving-url}
  account "$service-database-url"
  database=${url##*/}
  owner=${account%%:*}
  echo "CREATE DATABASE IF NOT EXISTS \`$database\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"
  user "$owner" "${account#*:}"
  echo "GRANT ALL ON \`$database\`.* TO '$owner'@'%';"
  account "$service-serving-url"
  serving=${account%%:*}
  user "$serving" "${account#*:}"
  echo "GRANT SELECT, INSERT, UPDATE, DELETE ON \`$database\`.* TO '$serving'@'%';"
  for table in $(exchanged "$service"); do echo "GRANT ALTER, CREATE, DROP ON \`$database\`.\`$table\` TO '$serving'@'%';"; done
done
