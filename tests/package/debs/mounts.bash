# For what runs on a fresh root: root=… of its own, with /proc and devices, and the packages that are loaded
# kept in $archives. In a mount namespace of its own, so that nothing has to be undone.
set -euo pipefail
say() { printf -- '-- %s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

mount_root() { # ROOT ARCHIVES
  root=$1
  mount --make-rprivate /
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount -t tmpfs tmpfs "$root/run"
  for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
  done
  mkdir -p "$root/var/cache/apt/archives"
  mount --bind "$2" "$root/var/cache/apt/archives"
  rm -f "$root/etc/apt/apt.conf.d/docker-clean"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
}

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
