# Sourced by the MySQL image's entrypoint at its first start: a database and a user for each service, and no right beyond it.
for service in inventory order payment; do
  url=$(cat "/run/secrets/$service-database-url") # mysql://user:password@host:port/database
  account=${url#mysql://}
  account=${account%%@*}
  database=${url##*/}
  docker_process_sql <<SQL
CREATE DATABASE \`$database\` CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE USER '${account%%:*}'@'%' IDENTIFIED BY '${account#*:}';
GRANT ALL ON \`$database\`.* TO '${account%%:*}'@'%';
SQL
done
