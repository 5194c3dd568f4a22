#!/bin/bash
# Runs once, when PostgreSQL's data directory is made: a login role and a schema for each service.
set -euo pipefail
for name in identity search email session audit vault; do
  psql -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB" \
    -v role="helpdesk_$name" -v schema="$name" -v password="$(cat "/run/secrets/$name.password")" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE SCHEMA :"schema" AUTHORIZATION :"role";
SQL
done
