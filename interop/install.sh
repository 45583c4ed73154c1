#!/bin/sh
# Installs what the tests need, as Debian packages: compilers, the peers, the emulator, the judge; and unpacks (without installing
# it) the kernel that the emulator boots. Quick when all is there. Run as root.
set -eu
export DEBIAN_FRONTEND=noninteractive

packages="apache2-utils busybox-static curl default-jdk-headless erlang-base ethtool freediameter-extensions freediameterd gcc gcc-aarch64-linux-gnu inetutils-telnet \
iperf3 iproute2 libc6-dev libc6-dev-arm64-cross libsctp-dev libusrsctp-dev libusrsctp-examples lksctp-tools ncat \
nftables nginx-light osmo-stp procps python3 qemu-system-x86 redis-server sip-tester socat stress-ng tcpdump tshark xinetd xz-utils"

# Package lists are fetched only when something has to be.
updated=
update() {
	[ -n "$updated" ] || apt-get update -qq
	updated=yes
}

# install installs what is missing of some packages.
install() {
	missing=
	for package in "$@"; do
		dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing="$missing $package"
	done
	if [ -n "$missing" ]; then
		update
		# shellcheck disable=SC2086 # a list of words
		apt-get install -y -qq --no-install-recommends $missing >/dev/null
	fi
}

# shellcheck disable=SC2086 # a list of words
install $packages
# The tests of Python are in a package that has Python's version in its name.
install "lib$(readlink /usr/bin/python3)-testsuite"

# kernel_package prints the name of the newest kernel package, by the lists that apt's options say.
kernel_package() {
	apt-cache "$@" depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1
}

# The kernel goes where Go's os.UserCacheDir says; package interop/kernel looks for it there. That of backports is preferred:
# Linux has stream schedulers that its release's one lacks. The lists of backports stay in a directory of their own.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/gosctp"
if ! ls "$cache"/kernel-*/boot/vmlinuz-* >/dev/null 2>&1; then
	update
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	chmod 755 "$work"
	# shellcheck source=/dev/null
	release=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
		awk -v release="$release" '$2 == release {print $1; exit}')
	mkdir -p "$work/lists/partial"
	echo "deb $mirror $release-backports main" >"$work/backports.list"
	set -- -o "Dir::Etc::sourcelist=$work/backports.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists"
	apt-get "$@" update -qq 2>/dev/null || true
	image=$(kernel_package "$@")
	if [ -z "$image" ]; then
		set --
		image=$(kernel_package)
	fi
	(cd "$work" && apt-get "$@" download -qq "$image" 2>/dev/null)
	mkdir -p "$cache"
	rm -rf "$cache"/kernel*
	dpkg -x "$work"/linux-image-*.deb "$work/kernel"
	find "$work/kernel" -name '*.ko.xz' -exec xz -d {} +
	mv "$work/kernel" "$cache/kernel-${image#linux-image-}"
fi
