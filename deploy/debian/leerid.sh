#!/bin/sh
# `leerid <opdracht>` on a machine where the package stands: with the settings of /etc/leerid, as the user leerid.
set -eu
map=/etc/leerid
if [ "$(id -u)" -ne 0 ]; then
  echo "leerid leest geheimen die alleen root mag zien. Geef:  sudo leerid $*" >&2
  exit 1
fi
set -a
# shellcheck source=/dev/null
. "$map/leerid.env"
set +a
# Every file in geheim is a setting: hoofdsleutel is LEERID_HOOFDSLEUTEL. Only migrate is given the owner of the database.
for bestand in "$map"/geheim/*; do
  [ -f "$bestand" ] || continue
  naam=$(basename "$bestand" | tr 'a-z-' 'A-Z_')
  if [ "$naam" = DATABASE_EIGENAAR_URL ] && [ "${1:-}" != migrate ]; then continue; fi
  export "LEERID_$naam=$(cat "$bestand")"
done
export NODE_ENV=production LEERID_PRODUCTIE=1 NODE_USE_SYSTEM_CA=1 NODE_COMPILE_CACHE=/var/cache/leerid HOME=/var/lib/leerid
exec setpriv --reuid=leerid --regid=leerid --init-groups -- \
  /opt/leerid/huidig/node /opt/leerid/huidig/bin/leerid.mjs "$@"
