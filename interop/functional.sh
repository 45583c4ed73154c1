#!/bin/bash
# functional.sh runs the functional tests of lksctp-tools, which are not part of this module, on our sockets: each program on its own, in a network
# namespace, over IP and over UDP. LKSCTP_TESTS names the directory of the sources of lksctp-tools. It needs root, gcc and libsctp-dev.
# Arguments are the names of programs, without any it runs all. SYSCTLS has further settings, as in SYSCTLS="auth_enable=1 addip_enable=1".
set -u
: "${LKSCTP_TESTS:?the directory with the sources of lksctp-tools}"
sources=$LKSCTP_TESTS/src
cd "$(dirname "$0")/.." || exit 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What lksctp-tools' configure finds out about the headers: they have everything.
features=()
for name in MULTIBUF NOCONNECT PRSCTP CANSET_PRIMARY SAT_NETWORK ASSOC_STATS ADDIP STREAM_RESET_EVENT STREAM_RECONFIG PEELOFF_FLAGS \
	PDAPI_EVENT_PDAPI_STREAM PDAPI_EVENT_PDAPI_SEQ SENDV AUTH_NO_AUTH SPP_IPV6_FLOWLABEL SPP_DSCP FRAGMENT_INTERLEAVE; do
	features+=("-DHAVE_SCTP_$name")
done
ipv6=(-DCONFIG_IPV6=1 -DTEST_V6=1)

# The programs that can be built for IPv6, too.
both=" basic sockopt fragments inaddr_any peeloff timetolive sctp_sendrecvmsg sctp_sendvrecvv getname tcp_style interleave re_conf "

# build NAME PROGRAM FLAGS...
build() {
	local name=$1 program=$2
	shift 2
	gcc -w -O1 "${features[@]}" "$@" -I"$sources/testlib" -o "$work/$program" "$sources/func_tests/$name.c" "$sources/testlib/sctputil.c" \
		-lsctp -lpthread || exit 2
}

programs=()
for file in "$sources"/func_tests/test_*.c; do
	name=$(basename "$file" .c)
	build "$name" "$name"
	programs+=("$name")
	if [[ $both == *" ${name#test_} "* ]]; then
		build "$name" "${name}_v6" "${ipv6[@]}"
		programs+=("${name}_v6")
	fi
done
go build -o "$work/sctp" ./cmd/sctp || exit 2
(($# == 0)) || programs=("$@")

failed=0
for network in ip udp; do
	flags=(--sysctl net.sctp.intl_enable=1 --sysctl net.sctp.reconf_enable=1)
	for setting in ${SYSCTLS:-}; do
		flags+=(--sysctl "net.sctp.$setting")
	done
	[[ $network == ip ]] || flags+=(--udp)
	for program in "${programs[@]}"; do
		# A program that skips a test says so, and has not passed.
		if timeout 120 unshare --net sh -c 'ip link set lo up && exec "$@"' sh "$work/sctp" run "${flags[@]}" "$work/$program" \
			>"$work/log" 2>&1 && ! grep -qi 'skip test' "$work/log"; then
			echo "pass $network $program"
		else
			echo "FAIL $network $program"
			sed 's/^/    /' "$work/log" | tail -8
			failed=$((failed + 1))
		fi
	done
done
echo "$failed of $((2 * ${#programs[@]})) failed"
((failed == 0))
