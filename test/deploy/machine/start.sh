#!/bin/bash
# A machine of its own for a test, as root: what is installed here, seen through an overlay that is thrown away, with its own
# processes and a network that leads nowhere. Called in new namespaces:
#   unshare --mount --net --pid --ipc --uts --fork --kill-child start.sh FOLDER PROGRAM ARGUMENTS…
# The version of PostgreSQL is the oldest that Debian has here, or that of the tree (bin, lib, share) in LEERID_TEST_POSTGRESQL.
set -euo pipefail
map="$1"
shift
hier=$(cd "$(dirname "$0")" && pwd)
mount --make-rprivate /
mkdir -p "$map/laag"
mount -t tmpfs -o size=6g laag "$map/laag"

# make NAME PLACE: a machine as an operator gets it, with the files of FOLDER in /root.
make() {
  mkdir -p "$map/laag/$1/boven" "$map/laag/$1/werk" "$2"
  mount -t overlay overlay -o "lowerdir=/,upperdir=$map/laag/$1/boven,workdir=$map/laag/$1/werk" "$2"
  mount -t proc proc "$2/proc"
  mount --rbind /dev "$2/dev"
  mount -t tmpfs tmpfs "$2/run"
  mount -t tmpfs tmpfs "$2/tmp"
  chmod 1777 "$2/tmp"
  mkdir -p "$2/run/postgresql" "$2/run/lock"
  chown postgres:postgres "$2/run/postgresql"
  # No trace of what else was done here; and without a network, what is installed is the newest that this machine knows of.
  rm -rf "$2/opt/leerid" "$2/etc/leerid" "$2/var/lib/leerid" "$2/var/lib/apt/lists" "$2/etc/resolv.conf"
  : > "$2/etc/resolv.conf"
  install -m 0755 "$hier/systemctl.sh" "$2/usr/local/bin/systemctl"
  find "$map" -maxdepth 1 -type f -exec cp {} "$2/root/" \;
  mkdir "$2/root/nieuw"
  find "$map/nieuw" -maxdepth 1 -type f -name 'leerid-program-*' -exec cp {} "$2/root/nieuw/" \;
}

versie=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | head -1)
[ -z "${LEERID_TEST_POSTGRESQL:-}" ] || versie=$("$LEERID_TEST_POSTGRESQL/bin/postgres" --version | grep -oE '[0-9]+' | head -1)

m="$map/laag/machine"
make a "$m"
make b "$m/mnt"
if [ -n "${LEERID_TEST_POSTGRESQL:-}" ]; then
  mkdir -p "$m/usr/lib/postgresql/$versie"
  cp -a "$LEERID_TEST_POSTGRESQL/." "$m/usr/lib/postgresql/$versie/"
fi
# The test itself is there too, also when it lies in /tmp or on another disk.
if [ ! -e "$m$hier" ]; then
  wortel=$(cd "$hier/../../.." && pwd)
  mkdir -p "$m$wortel"
  mount --bind "$wortel" "$m$wortel"
fi
ip link set lo up
for nr in 11 12 99; do ip addr add "10.0.0.$nr/32" dev lo; done
hostname knoop-a
# Who installs PostgreSQL on an empty machine gets a fresh cluster that runs.
chroot "$m" /bin/bash -c '
  for cluster in /etc/postgresql/*/*; do
    [ -d "$cluster" ] || continue
    pg_dropcluster --stop "$(basename "$(dirname "$cluster")")" "$(basename "$cluster")" || true
  done
  rm -rf /etc/postgresql /var/lib/postgresql/*/main
  for programs in /usr/lib/postgresql/*; do [ "$programs" = "/usr/lib/postgresql/$1" ] || rm -rf "$programs"; done
  pg_createcluster --locale C.UTF-8 --start "$1" main' bash "$versie" >/dev/null
unset LEERID_TEST_POSTGRESQL # nothing of tests in production
# Not exec: this shell is the first process here, and takes in what others leave behind.
chroot "$m" "$@" || exit $?
