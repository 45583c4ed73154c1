// The options, and how one is asked for and set.
#include "questions.h"
#include <linux/in.h>
#include <netinet/tcp.h>

#define SCTP(name, size, layout) {SOL_SCTP, name, #name, size, layout}
#define SOCKET(name, size) {SOL_SOCKET, name, #name, size, "4"}
#define IP(name, size) {IPPROTO_IP, name, #name, size, "4"}
#define IP6(name, size) {IPPROTO_IPV6, name, #name, size, "4"}
#define UNKNOWN(level, name, text) {level, name, text, 4, "4"}

const struct option options[] = {
	SCTP(SCTP_RTOINFO, 16, "a444"),
	SCTP(SCTP_ASSOCINFO, 20, "a22444"),
	SCTP(SCTP_INITMSG, 8, "2222"),
	SCTP(SCTP_NODELAY, 4, "4"),
	SCTP(SCTP_AUTOCLOSE, 4, "4"),
	SCTP(SCTP_SET_PEER_PRIMARY_ADDR, 132, "as"),
	SCTP(SCTP_PRIMARY_ADDR, 132, "as"),
	SCTP(SCTP_ADAPTATION_LAYER, 4, "4"),
	SCTP(SCTP_DISABLE_FRAGMENTS, 4, "4"),
	SCTP(SCTP_PEER_ADDR_PARAMS, 156, "as424444 11"),
	SCTP(SCTP_DEFAULT_SEND_PARAM, 32, "2222444tta"),
	SCTP(SCTP_EVENTS, 14, "*"),
	SCTP(SCTP_I_WANT_MAPPED_V4_ADDR, 4, "4"),
	SCTP(SCTP_MAXSEG, 8, "a4"),
	SCTP(SCTP_STATUS, 176, "a4422224as44m44"),
	SCTP(SCTP_GET_PEER_ADDR_INFO, 152, "as44m44"),
	SCTP(SCTP_DELAYED_SACK, 12, "a44"),
	SCTP(SCTP_CONTEXT, 8, "a4"),
	SCTP(SCTP_FRAGMENT_INTERLEAVE, 4, "4"),
	SCTP(SCTP_PARTIAL_DELIVERY_POINT, 4, "4"),
	SCTP(SCTP_MAX_BURST, 8, "a4"),
	SCTP(SCTP_AUTH_CHUNK, 1, "1"),
	SCTP(SCTP_HMAC_IDENT, 8, "422"),
	SCTP(SCTP_AUTH_KEY, 12, "a224"),
	SCTP(SCTP_AUTH_ACTIVE_KEY, 8, "a22"),
	SCTP(SCTP_AUTH_DELETE_KEY, 8, "a22"),
	SCTP(SCTP_PEER_AUTH_CHUNKS, 24, "a4*"),
	SCTP(SCTP_LOCAL_AUTH_CHUNKS, 24, "a4*"),
	SCTP(SCTP_GET_ASSOC_NUMBER, 4, "4"),
	SCTP(SCTP_GET_ASSOC_ID_LIST, 68, "4aaaaaaaaaaaaaaaaa"),
	SCTP(SCTP_AUTO_ASCONF, 4, "4"),
	SCTP(SCTP_PEER_ADDR_THLDS, 144, "a4s224"),
	SCTP(SCTP_RECVRCVINFO, 4, "4"),
	SCTP(SCTP_RECVNXTINFO, 4, "4"),
	SCTP(SCTP_DEFAULT_SNDINFO, 16, "2244a"),
	SCTP(SCTP_AUTH_DEACTIVATE_KEY, 8, "a22"),
	SCTP(SCTP_REUSE_PORT, 4, "4"),
	SCTP(SCTP_PEER_ADDR_THLDS_V2, 144, "a4s2222"),
	UNKNOWN(SOL_SCTP, 38, "option 38"),
	UNKNOWN(SOL_SCTP, 99, "option 99"),
	SCTP(SCTP_GET_PEER_ADDRS, 64, "a4@"),
	SCTP(SCTP_GET_LOCAL_ADDRS, 64, "a4@"),
	SCTP(SCTP_GET_ASSOC_STATS, 256, "a4s888888888888888"),
	SCTP(SCTP_PR_SUPPORTED, 8, "a4"),
	SCTP(SCTP_DEFAULT_PRINFO, 12, "a422"),
	SCTP(SCTP_PR_ASSOC_STATUS, 24, "a2288"),
	SCTP(SCTP_PR_STREAM_STATUS, 24, "a2288"),
	SCTP(SCTP_RECONFIG_SUPPORTED, 8, "a4"),
	SCTP(SCTP_ENABLE_STREAM_RESET, 8, "a4"),
	SCTP(SCTP_RESET_STREAMS, 8, "a22"),
	SCTP(SCTP_RESET_ASSOC, 4, "a"),
	SCTP(SCTP_ADD_STREAMS, 8, "a22"),
	SCTP(SCTP_STREAM_SCHEDULER, 8, "a4"),
	SCTP(SCTP_STREAM_SCHEDULER_VALUE, 8, "a22"),
	SCTP(SCTP_INTERLEAVING_SUPPORTED, 8, "a4"),
	SCTP(SCTP_SENDMSG_CONNECT, 16, "4"),
	SCTP(SCTP_EVENT, 8, "a211"),
	SCTP(SCTP_ASCONF_SUPPORTED, 8, "a4"),
	SCTP(SCTP_AUTH_SUPPORTED, 8, "a4"),
	SCTP(SCTP_ECN_SUPPORTED, 8, "a4"),
	SCTP(SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, 8, "a4"),
	SCTP(SCTP_REMOTE_UDP_ENCAPS_PORT, 144, "a4s2222"),
	SCTP(SCTP_PLPMTUD_PROBE_INTERVAL, 144, "a4s44"),
	UNKNOWN(SOL_SCTP, 134, "option 134"),
	UNKNOWN(SOL_SCTP, 1000, "option 1000"),
	UNKNOWN(SOL_SCTP, -1, "option -1"),

	SOCKET(SO_ACCEPTCONN, 4), SOCKET(SO_BROADCAST, 4), SOCKET(SO_DOMAIN, 4), SOCKET(SO_DONTROUTE, 4), SOCKET(SO_ERROR, 4),
	SOCKET(SO_KEEPALIVE, 4), SOCKET(SO_LINGER, 8), SOCKET(SO_MARK, 4), SOCKET(SO_OOBINLINE, 4), SOCKET(SO_PASSCRED, 4),
	SOCKET(SO_PRIORITY, 4), SOCKET(SO_PROTOCOL, 4), SOCKET(SO_RCVBUF, 4), SOCKET(SO_RCVLOWAT, 4), SOCKET(SO_RCVTIMEO, 16),
	SOCKET(SO_REUSEADDR, 4), SOCKET(SO_REUSEPORT, 4), SOCKET(SO_SNDBUF, 4), SOCKET(SO_SNDLOWAT, 4), SOCKET(SO_SNDTIMEO, 16),
	SOCKET(SO_TIMESTAMP, 4), SOCKET(SO_TYPE, 4), SOCKET(SO_BINDTODEVICE, 16), SOCKET(SO_NO_CHECK, 4), SOCKET(SO_PEEK_OFF, 4),
	SOCKET(SO_ZEROCOPY, 4), SOCKET(SO_BSDCOMPAT, 4),
	UNKNOWN(SOL_SOCKET, 200, "SOL_SOCKET option 200"),

	IP(IP_TOS, 4), IP(IP_TTL, 4), IP(IP_MTU_DISCOVER, 4), IP(IP_RECVERR, 4), IP(IP_PKTINFO, 4), IP(IP_FREEBIND, 4),
	IP(IP_TRANSPARENT, 4), IP(IP_MTU, 4), IP(IP_RECVTOS, 4), IP(IP_BIND_ADDRESS_NO_PORT, 4),
	IP6(IPV6_V6ONLY, 4), IP6(IPV6_UNICAST_HOPS, 4), IP6(IPV6_TCLASS, 4), IP6(IPV6_MTU_DISCOVER, 4), IP6(IPV6_RECVPKTINFO, 4),
	IP6(IPV6_MTU, 4),
	{IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY", 4, "4"},
	UNKNOWN(-1, 0, "level -1 option 0"),
};
const int option_count = sizeof options / sizeof options[0];

const struct option *find_option(int level, int name)
{
	for (int i = 0; i < option_count; i++)
		if (options[i].level == level && options[i].name == name)
			return &options[i];
	fprintf(stderr, "no option %d in the table\n", name);
	exit(2);
}

// answered returns how many bytes of a value were written when length came back: for the local addresses, Linux counts without
// what is before them.
size_t answered(const struct option *o, socklen_t length)
{
	return o->level == SOL_SCTP && o->name == SCTP_GET_LOCAL_ADDRS ? length + 8 : length;
}

// get_text asks for an option and returns the bytes of the answer, with its length before them.
const char *get_text(int fd, const struct option *o, void *value, socklen_t *length, long *result)
{
	static char text[17000];
	*result = getsockopt(fd, o->level, o->name, value, length);
	int number = errno;
	snprintf(text, sizeof text, "%d: ", (int)*length);
	if (*result < 0)
		snprintf(text, sizeof text, "len %d", (int)*length);
	else if ((int)*length >= 0)
		strcat(text, dump(value, answered(o, *length), o->layout));
	errno = number;
	return text;
}

// ask_get asks for an option with its whole length. The value before the call is what value says, then zeros.
void ask_get(int fd, const struct option *o, const char *value, const char *note)
{
	char room[1024] = {0};
	long result;
	if (value)
		pack(room, value);
	socklen_t length = o->size;
	const char *text = get_text(fd, o, room, &length, &result);
	sayf(result, text, "get %s%s%s", o->text, note ? " " : "", note ? note : "");
}

// ask_set sets an option and, when that was allowed, asks for it with the first bytes (identifier, address) of what was set.
void ask_set(int fd, const struct option *o, const char *value)
{
	char room[1024] = {0};
	size_t size = pack(room, value);
	long result = setsockopt(fd, o->level, o->name, room, size);
	sayf(result, "", "set %s %s", o->text, value);
	if (result < 0)
		return;
	socklen_t length = o->size;
	const char *text = get_text(fd, o, room, &length, &result);
	sayf(result, text, "get %s after it", o->text);
}
