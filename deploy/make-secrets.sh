#!/bin/sh
# sh deploy/make-secrets.sh      random passwords for compose.yaml, in deploy/secrets (git-ignored)
# What is there stays: databases keep the password of their first start.
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
keep inventory-database-url "mysql://inventory:$(random)@mysql:3306/inventory"
keep order-database-url "mysql://order:$(random)@mysql:3306/orders"
keep payment-database-url "mysql://payment:$(random)@mysql:3306/payment"
keep product-database-url "mongodb://product:$(random)@mongodb:27017/product?replicaSet=souk&authSource=product"
keep user-database-url "mongodb://user:$(random)@mongodb:27017/user?replicaSet=souk&authSource=user"
