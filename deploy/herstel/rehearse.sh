#!/bin/bash
# Rehearses a restore on a scratch cluster, as the user postgres; the database that serves is not touched.
#   rehearse.sh FOLDER/<date>            from the dump: every table must hold as many rows as when it was dumped
#   rehearse.sh FOLDER/<date> WAL-FOLDER from the base backup and the log, up to the end of the log
# It ends with exit code 1 when a table is absent or holds another number of rows.
set -euo pipefail
umask 077
kopie="${1:?Geef de map van een kopie.}"
wal="${2:-}"
hier=$(cd "$(dirname "$0")" && pwd)
programma="${PG_PROGRAMMAS:-$(pg_config --bindir)}"
werk=$(mktemp -d "${TMPDIR:-/tmp}/leerid-oefening.XXXXXX")
cluster="$werk/cluster"
stoppen() {
  "$programma/pg_ctl" --pgdata="$cluster" --mode=immediate --silent stop 2>/dev/null || true
  rm -rf "$werk"
}
trap stoppen EXIT
start() {
  # Only a socket in a folder of its own: nobody else can connect, no port is taken.
  "$programma/pg_ctl" --pgdata="$cluster" --silent --wait --timeout=3600 --log="$werk/log" \
    --options="-c listen_addresses='' -c unix_socket_directories='$werk' -c archive_mode=off -c fsync=off $*" start \
    || { cat "$werk/log" >&2; exit 1; }
}
begin=$(date +%s)
export PGHOST="$werk" PGPORT=5432
if [ -z "$wal" ]; then
  "$programma/initdb" --pgdata="$cluster" --username=postgres --auth=peer --encoding=UTF8 --no-sync >/dev/null
  start
  # A dump holds no roles and no memberships.
  psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres \
    --file="$hier/../postgresql/rollen.sql"
  createdb --username=postgres --owner=leerid_eigenaar --encoding=UTF8 --template=template0 leerid
  pg_restore --username=postgres --dbname=leerid --exit-on-error "$kopie/leerid.dump"
else
  mkdir "$cluster"
  tar --extract --gzip --file="$kopie/basis/base.tar.gz" --directory="$cluster"
  # Debian keeps these beside the data, so they are not in the copy.
  touch "$cluster/postgresql.conf" "$cluster/recovery.signal"
  echo 'local all all peer' > "$cluster/pg_hba.conf"
  : > "$cluster/pg_ident.conf"
  : > "$cluster/postgresql.auto.conf"
  start "-c restore_command='cp $wal/%f %p' -c recovery_target_action=promote"
fi
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --username=postgres --dbname=leerid --tuples-only --no-align \
  > "$werk/tellingen" <<'SQL'
select format('select %L, count(*) from %I.%I', schemaname || '.' || tablename, schemaname, tablename)
  from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by schemaname, tablename
\gexec
SQL
# Whoever may take the walls: without these every page of the Schoolloket fails, whatever else is in order. From PostgreSQL 16 on the
# same membership stands there once for everybody who gave it.
lidmaatschappen=$(psql --no-psqlrc --username=postgres --dbname=leerid --tuples-only --no-align --command="
  select count(distinct (m.roleid, m.member)) from pg_auth_members m join pg_roles r on r.oid = m.roleid join pg_roles l on l.oid = m.member
   where (l.rolname, r.rolname) in (('leerid_server', 'leerid_app'), ('leerid_app', 'leerid_school'), ('leerid_app', 'leerid_beheer'))")
duur=$(($(date +%s) - begin))
if [ "$lidmaatschappen" -ne 3 ]; then
  echo "Lidmaatschappen van rollen ontbreken: $lidmaatschappen van 3. Voer rollen.sql uit." >&2
  exit 1
fi
if [ -n "$wal" ]; then
  echo "Teruggezet in $duur s tot het einde van de log: $(wc -l < "$werk/tellingen") tabellen."
  diff "$kopie/tellingen" "$werk/tellingen" | sed -n 's/^[<>]/verschil met de dump van die dag: &/p' || true
  [ "$(cut -d'|' -f1 "$kopie/tellingen")" = "$(cut -d'|' -f1 "$werk/tellingen")" ] || { echo "Er ontbreekt een tabel." >&2; exit 1; }
elif diff "$kopie/tellingen" "$werk/tellingen" >&2; then
  echo "Teruggezet in $duur s: $(wc -l < "$werk/tellingen") tabellen, elke met evenveel rijen als toen."
else
  echo "Een tabel heeft niet evenveel rijen als toen (links de kopie, rechts wat er terugkwam)." >&2
  exit 1
fi
