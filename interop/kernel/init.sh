#!/bin/busybox sh
# The first and only service of the emulated machine: it loads SCTP, configures the links as /links says, and then gives
# everybody who connects to the control port a shell.
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev

# Duplicate address detection would keep the links' IPv6 addresses tentative for a second.
sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0
for module in /modules/*.ko; do
	insmod "$module" || echo "gosctp: no $module"
done

# Both sides of the UDP encapsulation are on the port of RFC 6951. encap_port stays 0, so that who does not ask for it
# speaks raw IP.
sysctl -qw net.sctp.udp_port=9899
# Every extension that a socket may ask for, or is asked for by its peer; the peer's socket options say what is offered.
sysctl -qw net.sctp.prsctp_enable=1 net.sctp.reconf_enable=1 net.sctp.intl_enable=1 net.sctp.ecn_enable=1
sysctl -qw net.core.wmem_max=8388608 net.core.rmem_max=8388608

ip link set lo up
while read -r link address; do
	ip link set "$link" up
	ip addr add "$address" dev "$link"
done </links

nc -ll -p 1 -e /bin/sh &
until grep -q ':0001 [0-9A-F:]* 0A' /proc/net/tcp /proc/net/tcp6; do :; done
echo "gosctp: ready"
wait
