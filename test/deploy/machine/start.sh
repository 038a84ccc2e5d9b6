#!/bin/bash
# A machine of its own for a test, as root: what is installed here, seen through an overlay that is thrown away, with its own
# processes and a network that leads nowhere. Called in new namespaces:
#   unshare --mount --net --pid --ipc --uts --fork --kill-child start.sh FOLDER PROGRAM ARGUMENTS…
set -euo pipefail
map="$1"
shift
hier=$(cd "$(dirname "$0")" && pwd)
mount --make-rprivate /
mkdir -p "$map/laag"
mount -t tmpfs -o size=4g laag "$map/laag"
mkdir "$map/laag/boven" "$map/laag/werk" "$map/laag/machine"
mount -t overlay overlay -o "lowerdir=/,upperdir=$map/laag/boven,workdir=$map/laag/werk" "$map/laag/machine"
m="$map/laag/machine"
mount -t proc proc "$m/proc"
mount --rbind /dev "$m/dev"
mount -t tmpfs tmpfs "$m/run"
mount -t tmpfs tmpfs "$m/tmp"
chmod 1777 "$m/tmp"
mkdir -p "$m/run/postgresql" "$m/run/lock"
chown postgres:postgres "$m/run/postgresql"
ip link set lo up
for nr in 11 12 99; do ip addr add "10.0.0.$nr/32" dev lo; done
hostname knoop-a
# No trace of what else was done here.
rm -rf "$m/opt/leerid" "$m/etc/leerid" "$m/var/lib/leerid" "$m/etc/resolv.conf"
: > "$m/etc/resolv.conf"
# Without a network: what is installed is the newest that this machine knows of.
rm -rf "$m/var/lib/apt/lists"
# Who installs PostgreSQL on an empty machine gets a fresh cluster that runs.
install -m 0755 "$hier/systemctl.sh" "$m/usr/local/bin/systemctl"
chroot "$m" /bin/bash -c '
  for versie in /etc/postgresql/*/*; do
    [ -d "$versie" ] || continue
    pg_dropcluster --stop "$(basename "$(dirname "$versie")")" "$(basename "$versie")" || true
  done
  rm -rf /etc/postgresql /var/lib/postgresql/*/main
  pg_createcluster --locale C.UTF-8 --start '"$(ls /usr/lib/postgresql | sort -n | head -1)"' main' >/dev/null
find "$map" -maxdepth 1 -type f -exec cp {} "$m/root/" \;
# Not exec: this shell is the first process here, and takes in what others leave behind.
chroot "$m" "$@" || exit $?
