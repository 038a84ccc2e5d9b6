#!/bin/bash
# In the place of systemd, which does not run where tests run: starts and stops what the guide names, by the lines of the same units.
set -eu
daad="$1"
shift
units=()
for woord; do case "$woord" in -*) ;; *) units+=("${woord%.service}") ;; esac; done
log=/run/log
mkdir -p "$log"

start() {
  case "$1" in
    haproxy) haproxy -W -D -p /run/haproxy.pid -f /etc/haproxy/haproxy.cfg > "$log/haproxy" 2>&1; return ;;
    prometheus)
      setsid setpriv --reuid=prometheus --regid=prometheus --init-groups prometheus --config.file=/etc/prometheus/prometheus.yml \
        --storage.tsdb.path=/var/lib/prometheus > "$log/prometheus" 2>&1 < /dev/null &
      return ;;
  esac
  local file="/lib/systemd/system/$1.service" credentials="/run/credentials/$1" regel
  [ -f "$file" ] || { echo "Unit $1.service not found." >&2; exit 5; }
  rm -rf "$credentials"
  install -d -o leerid -g leerid -m 0500 "$credentials"
  while IFS= read -r regel; do
    install -o leerid -g leerid -m 0400 "${regel#*:}" "$credentials/${regel%%:*}"
  done < <(sed -n 's/^LoadCredential=//p' "$file")
  local omgeving=(PATH=/usr/bin:/bin LANG=C.UTF-8)
  while IFS= read -r regel; do
    read -ra waarden <<< "${regel//%d/$credentials}"
    omgeving+=("${waarden[@]}")
  done < <(sed -n 's/^Environment=//p' "$file")
  while IFS= read -r regel; do omgeving+=("$regel"); done \
    < <(grep -hE '^[A-Z_]+=' "$(sed -n 's/^EnvironmentFile=//p' "$file")")
  local opdracht map
  opdracht=$(sed -n 's/^ExecStart=//p' "$file")
  map=$(sed -n 's/^WorkingDirectory=//p' "$file")
  (
    cd "$map"
    # shellcheck disable=SC2086 # words, as in a unit
    exec setsid env -i "${omgeving[@]}" setpriv --reuid=leerid --regid=leerid --init-groups --no-new-privs \
      --bounding-set=-all $opdracht >> "$log/$1" 2>&1 < /dev/null
  ) &
  echo $! > "/run/$1.pid"
}

stop() {
  case "$1" in
    haproxy) [ ! -f /run/haproxy.pid ] || kill -TERM "$(cat /run/haproxy.pid)" 2>/dev/null || true; rm -f /run/haproxy.pid; return ;;
    prometheus) return ;;
  esac
  [ -f "/run/$1.pid" ] || return 0
  local pid seconden
  pid=$(cat "/run/$1.pid")
  seconden=$(sed -n 's/^TimeoutStopSec=//p' "/lib/systemd/system/$1.service")
  kill -TERM "$pid" 2>/dev/null || true
  for ((i = 0; i < seconden * 10; i++)); do
    kill -0 "$pid" 2>/dev/null || { rm -f "/run/$1.pid"; return 0; }
    sleep 0.1
  done
  echo "$1 had to be killed after $seconden s" >> "$log/$1"
  kill -KILL "$pid"
}

for unit in "${units[@]}"; do
  case "$daad" in
    start | enable) start "$unit" ;;
    stop | disable) stop "$unit" & ;;
    # All at once, as systemd does.
    restart) { stop "$unit"; start "$unit"; } & ;;
    reload) kill -USR2 "$(cat "/run/$unit.pid")" ;;
    is-active | status) kill -0 "$(cat "/run/$unit.pid")" && echo active ;;
    *) echo "unknown: $daad" >&2; exit 1 ;;
  esac
done
if [ "$daad" = restart ] || [ "$daad" = stop ] || [ "$daad" = disable ]; then wait; fi
