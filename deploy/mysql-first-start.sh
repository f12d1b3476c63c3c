# Sourced by the MySQL image's entrypoint at its first start, when the volume is empty.
sh /databases/print.sh /run/secrets | docker_process_sql
