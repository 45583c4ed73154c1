#!/bin/sh
# Installs what the interop tests need, as Debian packages: the peers, the emulator, the judge; and unpacks (without installing
# it) the kernel that the emulator boots. Quick when all is there. Run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive

packages="busybox-static ethtool gcc iproute2 libc6-dev libsctp-dev libusrsctp-dev libusrsctp-examples lksctp-tools \
procps qemu-system-x86 tcpdump tshark"

# Package lists are fetched only when something has to be.
updated=
update() {
	[ -n "$updated" ] || apt-get update -qq
	updated=yes
}

missing=
for package in $packages; do
	dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
done
if [ -n "$missing" ]; then
	update
	# shellcheck disable=SC2086 # a list of words
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

# The kernel goes where Go's os.UserCacheDir says; package interop/kernel looks for it there.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/gosctp"
if ! ls "$cache"/kernel/boot/vmlinuz-* >/dev/null 2>&1; then
	update
	image=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	chmod 755 "$work"
	(cd "$work" && apt-get download -qq "$image" 2>/dev/null)
	mkdir -p "$cache"
	rm -rf "$cache/kernel"
	dpkg -x "$work"/linux-image-*.deb "$work/kernel"
	mv "$work/kernel" "$cache/kernel"
fi
