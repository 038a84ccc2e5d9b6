#!/bin/bash
# One day's copy of LeerID, as the user postgres on the machine of the database:
#   backup.sh FOLDER     makes FOLDER/<date>/ with a base backup, a dump, and how many rows each table had in that dump
# The log (WAL) is archived by PostgreSQL itself: archive_command, see docs/uitbating.md.
set -euo pipefail
umask 077
doel="${1:?Geef de map waarin de kopieën komen.}/$(date +%F)"
databank="${LEERID_DATABANK:-leerid}"
nieuw="$doel.bezig"
rm -rf "$nieuw"
mkdir -p "$nieuw"
pg_basebackup --pgdata="$nieuw/basis" --format=tar --gzip --wal-method=none --checkpoint=fast
# The dump and the counts look at the same moment: so a restore can be compared to the row.
export NIEUW="$nieuw" PGDATABASE="$databank"
psql --quiet --no-psqlrc --set=ON_ERROR_STOP=1 --tuples-only --no-align <<'SQL'
begin isolation level repeatable read read only;
select pg_export_snapshot() as moment \gset
\setenv MOMENT :moment
\! pg_dump --format=custom --snapshot="$MOMENT" --file="$NIEUW/leerid.dump" "$PGDATABASE"
\getenv nieuw NIEUW
\set tellingen :nieuw '/tellingen'
\o :tellingen
select format('select %L, count(*) from %I.%I', schemaname || '.' || tablename, schemaname, tablename)
  from pg_tables where schemaname not in ('pg_catalog', 'information_schema') order by schemaname, tablename
\gexec
commit;
SQL
[ -s "$nieuw/leerid.dump" ] || { echo "pg_dump heeft niets geschreven." >&2; exit 1; }
rm -rf "$doel"
mv "$nieuw" "$doel"
echo "Kopie in $doel: $(wc -l < "$doel/tellingen") tabellen, $(du -sh "$doel" | cut -f1)."
