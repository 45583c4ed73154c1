// What setting an option answers, and what it left.
#include "questions.h"

struct trial {
	int name;
	const char *value;
};

// Values that are asked of every kind of socket: usual ones, the borders, what is beyond them.
static const struct trial trials[] = {
	{SCTP_RTOINFO, "id 4:2000 4:30000 4:500"},
	{SCTP_RTOINFO, "id 4:0 4:0 4:0"},
	{SCTP_RTOINFO, "id 4:1 4:1 4:1"},
	{SCTP_RTOINFO, "id 4:40000 4:30000 4:500"},
	{SCTP_RTOINFO, "id 4:100 4:30000 4:500"},
	{SCTP_RTOINFO, "id 4:3000 4:400 4:500"},
	{SCTP_RTOINFO, "id 4:0xffffffff 4:0xffffffff 4:0"},
	{SCTP_RTOINFO, "id 4:0 4:86400000 4:0"},
	{SCTP_RTOINFO, "id 4:0 4:86400001 4:0"},
	{SCTP_ASSOCINFO, "id 2:5 2:0 4:0 4:0 4:30000"},
	{SCTP_ASSOCINFO, "id 2:0 2:0 4:0 4:0 4:0"},
	{SCTP_ASSOCINFO, "id 2:0xffff 2:9 4:9 4:9 4:0xffffffff"},
	{SCTP_ASSOCINFO, "id 2:6 2:0 4:0 4:0 4:1"},
	{SCTP_ASSOCINFO, "id 2:1 2:7 4:1000 4:1000 4:1"},
	{SCTP_INITMSG, "2:5 2:6 2:7 2:800"},
	{SCTP_INITMSG, "2:0 2:0 2:0 2:0"},
	{SCTP_INITMSG, "2:0xffff 2:0xffff 2:0xffff 2:0xffff"},
	{SCTP_NODELAY, "4:1"},
	{SCTP_NODELAY, "4:77"},
	{SCTP_NODELAY, "4:-1"},
	{SCTP_NODELAY, "4:0"},
	{SCTP_AUTOCLOSE, "4:5"},
	{SCTP_AUTOCLOSE, "4:8589934"},
	{SCTP_AUTOCLOSE, "4:8589935"},
	{SCTP_AUTOCLOSE, "4:-1"},
	{SCTP_AUTOCLOSE, "4:0"},
	{SCTP_SET_PEER_PRIMARY_ADDR, "id peer"},
	{SCTP_SET_PEER_PRIMARY_ADDR, "id local"},
	{SCTP_SET_PEER_PRIMARY_ADDR, "id any"},
	{SCTP_PRIMARY_ADDR, "id peer"},
	{SCTP_PRIMARY_ADDR, "id local"},
	{SCTP_PRIMARY_ADDR, "id any"},
	{SCTP_PRIMARY_ADDR, "id st=192.0.2.77/9"},
	{SCTP_PRIMARY_ADDR, "id 2:77 0*126"},
	{SCTP_ADAPTATION_LAYER, "4:0x01020304"},
	{SCTP_ADAPTATION_LAYER, "4:0"},
	{SCTP_DISABLE_FRAGMENTS, "4:1"},
	{SCTP_DISABLE_FRAGMENTS, "4:2"},
	{SCTP_DISABLE_FRAGMENTS, "4:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:5000 2:3 4:0 4:0 4:0x01 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x02 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x03 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x00 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:1400 4:0 4:0x10 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:500 4:0 4:0x10 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:511 4:0 4:0x10 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:512 4:0 4:0x10 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:100000 4:0 4:0x10 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x08 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x18 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:100 4:0x20 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:500 4:0x20 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:501 4:0x20 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x40 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x60 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x80 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x100 4:0x12345 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x200 4:0 2:0x28"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x04 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0 2:0 4:0 4:0 4:0x05 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id peer 4:7000 2:4 4:0 4:0 4:0x01 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id peer 4:0 2:0 4:0 4:0 4:0x04 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id local 4:7000 2:4 4:0 4:0 4:0x01 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id st=192.0.2.77/9 4:7000 2:4 4:0 4:0 4:0x01 4:0 2:0"},
	{SCTP_PEER_ADDR_PARAMS, "id any 4:0xffffffff 2:0 4:0 4:0 4:0x01 4:0 2:0"},
	{SCTP_DEFAULT_SEND_PARAM, "2:3 2:0 2:1 2:0 4:0x01020304 4:5 4:6 4:0 4:0 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:99 2:9 2:0xffff 2:0 4:1 4:2 4:3 4:4 4:5 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:0 2:0 2:0x200 2:0 4:0 4:0 4:0 4:0 4:0 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:0 2:0 2:0x04 2:0 4:0 4:0 4:0 4:0 4:0 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:0 2:0 2:0x08 2:0 4:0 4:0 4:0 4:0 4:0 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:0 2:0 2:0x10 2:0 4:0 4:0 4:0 4:0 4:0 id"},
	{SCTP_DEFAULT_SEND_PARAM, "2:0 2:0 2:0x40 2:0 4:0 4:0 4:0 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:3 2:1 4:0x01020304 4:5 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0xffff 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0x02 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0x04 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0x40 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0x200 4:0 4:0 id"},
	{SCTP_DEFAULT_SNDINFO, "2:0 2:0 4:0 4:0 id"},
	{SCTP_EVENTS, "1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1"},
	{SCTP_EVENTS, "1:1 1:0 1:0 1:0 1:0 1:0 1:0 1:0"},
	{SCTP_EVENTS, "1:2 1:0xff"},
	{SCTP_EVENTS, "0*14"},
	{SCTP_EVENTS, "0*15"},
	{SCTP_EVENT, "id 2:0x8001 1:1 1:0"},
	{SCTP_EVENT, "id 2:0x8001 1:7 1:0"},
	{SCTP_EVENT, "id 2:0x8001 1:0 1:0"},
	{SCTP_EVENT, "id 2:0x8000 1:1 1:0"},
	{SCTP_EVENT, "id 2:0x8000 1:0 1:0"},
	{SCTP_EVENT, "id 2:0x8009 1:1 1:0"},
	{SCTP_EVENT, "id 2:0x800d 1:1 1:0"},
	{SCTP_EVENT, "id 2:0x800e 1:1 1:0"},
	{SCTP_EVENT, "id 2:0x7fff 1:1 1:0"},
	{SCTP_EVENT, "id 2:0 1:1 1:0"},
	{SCTP_I_WANT_MAPPED_V4_ADDR, "4:0"},
	{SCTP_I_WANT_MAPPED_V4_ADDR, "4:5"},
	{SCTP_MAXSEG, "id 4:1000"},
	{SCTP_MAXSEG, "4:800"},
	{SCTP_MAXSEG, "id 4:8"},
	{SCTP_MAXSEG, "id 4:400"},
	{SCTP_MAXSEG, "id 4:443"},
	{SCTP_MAXSEG, "id 4:444"},
	{SCTP_MAXSEG, "id 4:456"},
	{SCTP_MAXSEG, "id 4:464"},
	{SCTP_MAXSEG, "id 4:512"},
	{SCTP_MAXSEG, "id 4:65515"},
	{SCTP_MAXSEG, "id 4:65516"},
	{SCTP_MAXSEG, "id 4:65535"},
	{SCTP_MAXSEG, "id 4:65536"},
	{SCTP_MAXSEG, "id 4:-1"},
	{SCTP_MAXSEG, "id 4:0"},
	{SCTP_STATUS, "id 0*172"},
	{SCTP_GET_PEER_ADDR_INFO, "id peer 0*20"},
	{SCTP_DELAYED_SACK, "id 4:100 4:3"},
	{SCTP_DELAYED_SACK, "id 4:0 4:1"},
	{SCTP_DELAYED_SACK, "id 4:0 4:0"},
	{SCTP_DELAYED_SACK, "id 4:500 4:0"},
	{SCTP_DELAYED_SACK, "id 4:501 4:2"},
	{SCTP_DELAYED_SACK, "id 4:0 4:5"},
	{SCTP_DELAYED_SACK, "id 4:300"},
	{SCTP_DELAYED_SACK, "id 4:0"},
	{SCTP_CONTEXT, "id 4:0x11223344"},
	{SCTP_CONTEXT, "id 4:0"},
	{SCTP_FRAGMENT_INTERLEAVE, "4:1"},
	{SCTP_FRAGMENT_INTERLEAVE, "4:2"},
	{SCTP_FRAGMENT_INTERLEAVE, "4:3"},
	{SCTP_FRAGMENT_INTERLEAVE, "4:0"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:1000"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:106496"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:106497"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:212992"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:212993"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:0xffffffff"},
	{SCTP_PARTIAL_DELIVERY_POINT, "4:0"},
	{SCTP_MAX_BURST, "id 4:8"},
	{SCTP_MAX_BURST, "4:6"},
	{SCTP_MAX_BURST, "id 4:0"},
	{SCTP_MAX_BURST, "id 4:-1"},
	{SCTP_AUTH_CHUNK, "1:0"},
	{SCTP_HMAC_IDENT, "4:1 2:1"},
	{SCTP_AUTH_KEY, "id 2:1 2:3 1:1 1:2 1:3"},
	{SCTP_AUTH_ACTIVE_KEY, "id 2:0 2:0"},
	{SCTP_AUTH_DELETE_KEY, "id 2:0 2:0"},
	{SCTP_AUTH_DEACTIVATE_KEY, "id 2:0 2:0"},
	{SCTP_PEER_AUTH_CHUNKS, "id 4:0"},
	{SCTP_LOCAL_AUTH_CHUNKS, "id 4:0"},
	{SCTP_GET_ASSOC_NUMBER, "4:0"},
	{SCTP_GET_ASSOC_ID_LIST, "4:0 4:0"},
	{SCTP_AUTO_ASCONF, "4:1"},
	{SCTP_AUTO_ASCONF, "4:0"},
	{SCTP_PEER_ADDR_THLDS, "id 4:0 any 2:7 2:3 4:0"},
	{SCTP_PEER_ADDR_THLDS, "id 4:0 any 2:0 2:0xffff 4:0"},
	{SCTP_PEER_ADDR_THLDS, "id 4:0 peer 2:4 2:2 4:0"},
	{SCTP_PEER_ADDR_THLDS, "id 4:0 local 2:4 2:2 4:0"},
	{SCTP_PEER_ADDR_THLDS_V2, "id 4:0 any 2:7 2:3 2:5 2:0"},
	{SCTP_PEER_ADDR_THLDS_V2, "id 4:0 any 2:7 2:5 2:3 2:0"},
	{SCTP_PEER_ADDR_THLDS_V2, "id 4:0 peer 2:4 2:2 2:0xffff 2:0"},
	{SCTP_PEER_ADDR_THLDS_V2, "id 4:0 any 2:0 2:0 2:0xffff 2:0"},
	{SCTP_RECVRCVINFO, "4:1"},
	{SCTP_RECVRCVINFO, "4:-9"},
	{SCTP_RECVNXTINFO, "4:1"},
	{SCTP_RECVNXTINFO, "4:2"},
	{SCTP_REUSE_PORT, "4:1"},
	{SCTP_REUSE_PORT, "4:9"},
	{SCTP_REUSE_PORT, "4:0"},
	{SCTP_PR_SUPPORTED, "id 4:0"},
	{SCTP_PR_SUPPORTED, "id 4:5"},
	{SCTP_DEFAULT_PRINFO, "id 4:500 2:0x10 2:0"},
	{SCTP_DEFAULT_PRINFO, "id 4:5 2:0x20 2:0"},
	{SCTP_DEFAULT_PRINFO, "id 4:5 2:0x30 2:0"},
	{SCTP_DEFAULT_PRINFO, "id 4:5 2:0x40 2:0"},
	{SCTP_DEFAULT_PRINFO, "id 4:5 2:0x11 2:0"},
	{SCTP_DEFAULT_PRINFO, "id 4:5 2:0 2:0"},
	{SCTP_PR_ASSOC_STATUS, "id 2:0 2:0x10 0*16"},
	{SCTP_PR_STREAM_STATUS, "id 2:0 2:0x10 0*16"},
	{SCTP_RECONFIG_SUPPORTED, "id 4:1"},
	{SCTP_RECONFIG_SUPPORTED, "id 4:0"},
	{SCTP_ENABLE_STREAM_RESET, "id 4:7"},
	{SCTP_ENABLE_STREAM_RESET, "id 4:8"},
	{SCTP_ENABLE_STREAM_RESET, "id 4:0"},
	{SCTP_RESET_STREAMS, "id 2:2 2:0"},
	{SCTP_RESET_STREAMS, "id 2:2 2:1 2:0"},
	{SCTP_RESET_STREAMS, "id 2:2 2:2 2:0"},
	{SCTP_RESET_STREAMS, "id 2:0 2:0"},
	{SCTP_RESET_ASSOC, "id"},
	{SCTP_ADD_STREAMS, "id 2:1 2:1"},
	{SCTP_ADD_STREAMS, "id 2:0 2:0"},
	{SCTP_STREAM_SCHEDULER, "id 4:1"},
	{SCTP_STREAM_SCHEDULER, "id 4:2"},
	{SCTP_STREAM_SCHEDULER, "id 4:3"},
	{SCTP_STREAM_SCHEDULER, "id 4:4"},
	{SCTP_STREAM_SCHEDULER, "id 4:5"},
	{SCTP_STREAM_SCHEDULER, "id 4:-1"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:0 2:7"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:0 2:0"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:9 2:7"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:10 2:7"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:0xffff 2:7"},
	{SCTP_STREAM_SCHEDULER, "id 4:0"},
	{SCTP_STREAM_SCHEDULER_VALUE, "id 2:0 2:7"},
	{SCTP_INTERLEAVING_SUPPORTED, "id 4:1"},
	{SCTP_INTERLEAVING_SUPPORTED, "id 4:0"},
	{SCTP_SENDMSG_CONNECT, "in=127.0.0.1/9"},
	{SCTP_ASCONF_SUPPORTED, "id 4:1"},
	{SCTP_ASCONF_SUPPORTED, "id 4:0"},
	{SCTP_AUTH_SUPPORTED, "id 4:1"},
	{SCTP_AUTH_SUPPORTED, "id 4:0"},
	{SCTP_ECN_SUPPORTED, "id 4:0"},
	{SCTP_ECN_SUPPORTED, "id 4:3"},
	{SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:1"},
	{SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:2"},
	{SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:3"},
	{SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:0"},
	{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 any 2:0xab26 0*6"},
	{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 peer 2:0xab26 0*6"},
	{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 local 2:0xab26 0*6"},
	{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 peer 2:0 0*6"},
	{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 any 2:0 0*6"},
	{SCTP_PLPMTUD_PROBE_INTERVAL, "id 4:0 any 4:5000 4:0"},
	{SCTP_PLPMTUD_PROBE_INTERVAL, "id 4:0 any 4:4999 4:0"},
	{SCTP_PLPMTUD_PROBE_INTERVAL, "id 4:0 peer 4:6000 4:0"},
	{SCTP_PLPMTUD_PROBE_INTERVAL, "id 4:0 any 4:0 4:0"},
	{38, "4:0"}, {99, "4:0"}, {134, "4:0"}, {-1, "4:0"}, {1000, "4:0"},
};

struct other {
	int level, name;
	const char *value;
};

static const struct other others[] = {
	{SOL_SOCKET, SO_LINGER, "4:1 4:5"}, {SOL_SOCKET, SO_LINGER, "4:1 4:-1"}, {SOL_SOCKET, SO_LINGER, "4:0 4:0"},
	{SOL_SOCKET, SO_RCVBUF, "4:0"}, {SOL_SOCKET, SO_RCVBUF, "4:5000"}, {SOL_SOCKET, SO_RCVBUF, "4:100000"},
	{SOL_SOCKET, SO_RCVBUF, "4:-1"},
	{SOL_SOCKET, SO_SNDBUF, "4:0"}, {SOL_SOCKET, SO_SNDBUF, "4:5000"}, {SOL_SOCKET, SO_SNDBUF, "4:100000"},
	{SOL_SOCKET, SO_SNDBUF, "4:-1"}, {SOL_SOCKET, SO_SNDBUF, "4:100000"},
	{SOL_SOCKET, SO_RCVLOWAT, "4:10"}, {SOL_SOCKET, SO_RCVLOWAT, "4:0"}, {SOL_SOCKET, SO_SNDLOWAT, "4:10"},
	{SOL_SOCKET, SO_RCVTIMEO, "8:1 8:500000"}, {SOL_SOCKET, SO_RCVTIMEO, "8:0 8:1000000"}, {SOL_SOCKET, SO_RCVTIMEO, "8:-1 8:0"},
	{SOL_SOCKET, SO_RCVTIMEO, "8:0 8:0"}, {SOL_SOCKET, SO_SNDTIMEO, "8:2 8:0"}, {SOL_SOCKET, SO_SNDTIMEO, "8:0 8:0"},
	{SOL_SOCKET, SO_REUSEADDR, "4:1"}, {SOL_SOCKET, SO_REUSEADDR, "4:0"}, {SOL_SOCKET, SO_REUSEPORT, "4:1"}, {SOL_SOCKET, SO_REUSEPORT, "4:0"},
	{SOL_SOCKET, SO_KEEPALIVE, "4:1"}, {SOL_SOCKET, SO_BROADCAST, "4:1"}, {SOL_SOCKET, SO_OOBINLINE, "4:1"}, {SOL_SOCKET, SO_PRIORITY, "4:3"},
	{SOL_SOCKET, SO_TYPE, "4:1"}, {SOL_SOCKET, SO_ERROR, "4:1"}, {SOL_SOCKET, SO_ACCEPTCONN, "4:1"}, {SOL_SOCKET, SO_ZEROCOPY, "4:1"},
	{SOL_SOCKET, SO_TIMESTAMP, "4:1"}, {SOL_SOCKET, SO_DONTROUTE, "4:1"}, {SOL_SOCKET, SO_DONTROUTE, "4:0"},
	{IPPROTO_IP, IP_TOS, "4:0x28"}, {IPPROTO_IP, IP_TOS, "4:-1"}, {IPPROTO_IP, IP_TTL, "4:5"}, {IPPROTO_IP, IP_TTL, "4:0"}, {IPPROTO_IP, IP_TTL, "4:256"},
	{IPPROTO_IP, IP_TTL, "4:64"}, {IPPROTO_IP, IP_MTU_DISCOVER, "4:2"}, {IPPROTO_IP, IP_MTU_DISCOVER, "4:9"}, {IPPROTO_IP, IP_PKTINFO, "4:1"},
	{IPPROTO_IP, IP_RECVERR, "4:1"}, {IPPROTO_IP, IP_FREEBIND, "4:1"},
	{IPPROTO_IPV6, IPV6_V6ONLY, "4:1"}, {IPPROTO_IPV6, IPV6_V6ONLY, "4:0"}, {IPPROTO_IPV6, IPV6_UNICAST_HOPS, "4:5"},
	{IPPROTO_IPV6, IPV6_UNICAST_HOPS, "4:-1"}, {IPPROTO_IPV6, IPV6_UNICAST_HOPS, "4:256"}, {IPPROTO_IPV6, IPV6_TCLASS, "4:0x28"}, {IPPROTO_IPV6, IPV6_MTU_DISCOVER, "4:2"},
	{IPPROTO_TCP, 1, "4:1"}, {-1, 0, "4:0"},
};

static void set_every(int fd, const char *state, int family, int type)
{
	section("set %s %s %s", type_name(type), family_name(family), state);
	for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
		ask_set(fd, find_option(SOL_SCTP, trials[i].name), trials[i].value);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		ask_set(fd, find_option(others[i].level, others[i].name), others[i].value);
}

static void set_states(int family, int type)
{
	words.id = 0;
	loopback(&words.peer, family, 9);
	loopback(&words.local, family, 10);
	int fd = sctp_socket(family, type);
	set_every(fd, "fresh", family, type);
	close(fd);
	struct pair p = pair(family, type);
	set_every(p.client, "connected", family, type);
	close_pair(&p);
}

void ask_sets(void)
{
	set_states(AF_INET, SOCK_STREAM);
	set_states(AF_INET, SOCK_SEQPACKET);
	set_states(AF_INET6, SOCK_STREAM);
}

void ask_set_lengths(void)
{
	words.id = 0;
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	section("set lengths one-to-one ipv4 fresh");
	for (int i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		char value[2048] = {0};
		socklen_t length = o->size;
		// What the socket has now is what is set, so that only the length is in question.
		if (getsockopt(fd, o->level, o->name, value, &length) < 0)
			memset(value, 0, sizeof value);
		char text[1000], *at = text;
		const int lengths[] = {0, 1, 4, 8, o->size - 1, o->size, o->size + 1, o->size + 20, 2000, -1};
		for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
			bool asked = false;
			for (size_t before = 0; before < k; before++)
				asked = asked || lengths[before] == lengths[k];
			if (!asked)
				at += sprintf(at, " %d:%s", lengths[k],
					setsockopt(fd, o->level, o->name, value, lengths[k]) < 0 ? error_name(errno) : "0");
		}
		sprintf(at, " value NULL:%s", setsockopt(fd, o->level, o->name, NULL, o->size) < 0 ? error_name(errno) : "0");
		sayf(o->size, text + 1, "set %s with lengths", o->text);
	}
	close(fd);
}

// ask_ids asks what the identifiers that are no association's mean: 0 future, 1 current, 2 all, and one that nobody has.
static void ids_on(int fd, const char *state, int32_t own)
{
	static const struct trial settings[] = {
		{SCTP_RTOINFO, "id 4:3100 4:60000 4:1000"},
		{SCTP_ASSOCINFO, "id 2:9 2:0 4:0 4:0 4:0"},
		{SCTP_PEER_ADDR_PARAMS, "id any 4:29000 2:0 4:0 4:0 4:0x01 4:0 2:0"},
		{SCTP_DEFAULT_SEND_PARAM, "2:1 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0 id"},
		{SCTP_DEFAULT_SNDINFO, "2:2 2:0 4:0 4:0 id"},
		{SCTP_DELAYED_SACK, "id 4:190 4:2"},
		{SCTP_CONTEXT, "id 4:7"},
		{SCTP_MAXSEG, "id 4:1200"},
		{SCTP_MAX_BURST, "id 4:9"},
		{SCTP_AUTH_KEY, "id 2:1 2:3 1:1 1:2 1:3"},
		{SCTP_AUTH_ACTIVE_KEY, "id 2:0 2:0"},
		{SCTP_PEER_ADDR_THLDS, "id 4:0 any 2:6 2:3 4:0"},
		{SCTP_DEFAULT_PRINFO, "id 4:50 2:0x10 2:0"},
		{SCTP_PR_SUPPORTED, "id 4:1"},
		{SCTP_RECONFIG_SUPPORTED, "id 4:1"},
		{SCTP_ENABLE_STREAM_RESET, "id 4:1"},
		{SCTP_STREAM_SCHEDULER, "id 4:1"},
		{SCTP_STREAM_SCHEDULER_VALUE, "id 2:0 2:5"},
		{SCTP_INTERLEAVING_SUPPORTED, "id 4:0"},
		{SCTP_EVENT, "id 2:0x8009 1:1 1:0"},
		{SCTP_ASCONF_SUPPORTED, "id 4:0"},
		{SCTP_AUTH_SUPPORTED, "id 4:0"},
		{SCTP_ECN_SUPPORTED, "id 4:0"},
		{SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:0"},
		{SCTP_REMOTE_UDP_ENCAPS_PORT, "id 4:0 any 2:0 0*6"},
		{SCTP_PLPMTUD_PROBE_INTERVAL, "id 4:0 any 4:0 4:0"},
		{SCTP_RESET_ASSOC, "id"},
		{SCTP_ADD_STREAMS, "id 2:1 2:1"},
		{SCTP_RESET_STREAMS, "id 2:2 2:0"},
		{SCTP_PRIMARY_ADDR, "id peer"},
		{SCTP_STATUS, "id 0*172"},
		{SCTP_GET_PEER_ADDR_INFO, "id peer 0*20"},
		{SCTP_GET_PEER_ADDRS, "id 4:0"},
		{SCTP_GET_LOCAL_ADDRS, "id 4:0"},
		{SCTP_GET_ASSOC_STATS, "id 0*252"},
		{SCTP_PR_ASSOC_STATUS, "id 2:0 2:0x10 0*16"},
		{SCTP_PR_STREAM_STATUS, "id 2:0 2:0x10 0*16"},
		{SCTP_PEER_AUTH_CHUNKS, "id 4:0"},
		{SCTP_LOCAL_AUTH_CHUNKS, "id 4:0"},
	};
	const struct {
		int32_t id;
		const char *name;
	} ids[] = {{own, "own"}, {0, "0"}, {1, "1"}, {2, "2"}, {-1, "-1"}, {0x7ffffffe, "unknown"}};
	for (size_t k = 0; k < sizeof ids / sizeof ids[0]; k++) {
		if (k == 0 && own == 0)
			continue;
		section("ids %s id %s", state, ids[k].name);
		words.id = ids[k].id;
		for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
			const struct option *o = find_option(SOL_SCTP, settings[i].name);
			ask_set(fd, o, settings[i].value);
			ask_get(fd, o, settings[i].value, NULL);
		}
	}
}

void ask_ids(void)
{
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	ids_on(fd, "one-to-one fresh", 0);
	close(fd);
	fd = sctp_socket(AF_INET, SOCK_SEQPACKET);
	ids_on(fd, "one-to-many fresh", 0);
	close(fd);
	struct pair p = pair(AF_INET, SOCK_STREAM);
	ids_on(p.client, "one-to-one connected", 0);
	close_pair(&p);
	p = pair(AF_INET, SOCK_SEQPACKET);
	ids_on(p.client, "one-to-many connected", p.client_id);
	close_pair(&p);
}
