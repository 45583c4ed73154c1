/*
 * peer.c - one end of an association on the kernel's SCTP or on usrsctp (stack.h), told what to do by key=value arguments
 * and reporting in lines. Package interop documents both, package plan the messages and the digests.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "stack.h"

enum {
	MAX_PATHS = 4,
	MAX_STREAMS = 64,
	MAX_SIZES = 32,
	MAX_MESSAGE = 4 << 20,
	BUFFER_SIZE = 4 << 20, /* of a socket; the kernel refuses messages that do not fit */
};

/* What the arguments say. */
static struct {
	const char *role, *net, *local, *remote, *end, *sizes;
	int port, streams, count, unordered, echo, expect, hold, fast;
} args = {.role = "", .net = "ip", .local = "", .remote = "", .end = "peer", .sizes = "1", .streams = 1};

/* What was received on one stream. */
static struct {
	long ordered, unordered, bytes;
	uint64_t ordered_digest, unordered_digest;
} received[MAX_STREAMS];
static long received_count;

static sem_t go; /* posted for each line on standard input */

static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

static void say(const char *format, ...)
{
	va_list list;

	pthread_mutex_lock(&output);
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	putchar('\n');
	fflush(stdout);
	pthread_mutex_unlock(&output);
}

static void fail(const char *what)
{
	say("fail %s: %s", what, strerror(errno));
	_exit(1);
}

static void read_args(int argc, char **argv)
{
	struct { const char *key; const char **text; int *number; } table[] = {
		{"role", &args.role, NULL}, {"net", &args.net, NULL}, {"local", &args.local, NULL},
		{"remote", &args.remote, NULL}, {"end", &args.end, NULL}, {"sizes", &args.sizes, NULL},
		{"port", NULL, &args.port}, {"streams", NULL, &args.streams}, {"count", NULL, &args.count},
		{"unordered", NULL, &args.unordered}, {"echo", NULL, &args.echo}, {"expect", NULL, &args.expect},
		{"hold", NULL, &args.hold}, {"fast", NULL, &args.fast},
	};

	for (int i = 1; i < argc; i++) {
		size_t row, key = strcspn(argv[i], "=");

		for (row = 0; row < sizeof table / sizeof *table; row++)
			if (strlen(table[row].key) == key && !strncmp(table[row].key, argv[i], key) && argv[i][key])
				break;
		if (row == sizeof table / sizeof *table) {
			errno = EINVAL;
			fail(argv[i]);
		}
		if (table[row].text)
			*table[row].text = argv[i] + key + 1;
		else
			*table[row].number = atoi(argv[i] + key + 1);
	}
}

/* Standard input: a line lets the sender go on, its end ends the peer. */
static void *watch_input(void *unused)
{
	int c;

	while ((c = getchar()) != EOF)
		if (c == '\n')
			sem_post(&go);
	_exit(3);
	return unused;
}

/* parse_addresses packs the addresses of "A/B" as bindx and connectx want them. */
static int parse_addresses(const char *text, int port, char *packed, socklen_t *first)
{
	char copy[256], *rest = copy, *one;
	int count = 0;

	snprintf(copy, sizeof copy, "%s", text);
	while ((one = strsep(&rest, "/")) != NULL && count < MAX_PATHS) {
		struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
		struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
		socklen_t size = sizeof v4;

		if (inet_pton(AF_INET, one, &v4.sin_addr) == 1) {
			memcpy(packed, &v4, sizeof v4);
		} else if (inet_pton(AF_INET6, one, &v6.sin6_addr) == 1) {
			memcpy(packed, &v6, sizeof v6);
			size = sizeof v6;
		} else {
			errno = EINVAL;
			fail(one);
		}
		if (count++ == 0)
			*first = size;
		packed += size;
	}
	return count;
}

/* set makes a setting that the tests need, or fails. */
static void set(sock s, int level, int name, const void *value, socklen_t size, const char *what)
{
	if (stack_option(s, level, name, value, size) < 0)
		fail(what);
}

/* configure_events subscribes to changes of the association and of its paths. */
static void configure_events(sock s)
{
	uint16_t types[] = {SCTP_ASSOC_CHANGE, SCTP_PEER_ADDR_CHANGE};

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct sctp_event event = {.se_type = types[i], .se_on = 1};
		set(s, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event, "SCTP_EVENT");
	}
}

/* configure_fast makes a dead path show in a second instead of a minute. */
static void configure_fast(sock s)
{
	struct sctp_rtoinfo rto = {.srto_initial = 300, .srto_min = 200, .srto_max = 1000};
	struct sctp_paddrparams path = {.spp_pathmaxrxt = 1, .spp_hbinterval = 500, .spp_flags = SPP_HB_ENABLE};

	set(s, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto, "SCTP_RTOINFO");
	set(s, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path, "SCTP_PEER_ADDR_PARAMS");
}

static sock open_socket(int family)
{
	sock s = stack_socket(family);
	int on = 1, size = BUFFER_SIZE;
	struct sctp_initmsg init = {.sinit_num_ostreams = MAX_STREAMS, .sinit_max_instreams = MAX_STREAMS};

	if (stack_failed(s))
		fail("socket");
	set(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof size, "SO_SNDBUF");
	set(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size, "SO_RCVBUF");
	set(s, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init, "SCTP_INITMSG");
	set(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on, "SCTP_RECVRCVINFO");
	set(s, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on, "SCTP_NODELAY");
	configure_events(s);
	if (args.fast)
		configure_fast(s);
	if (!strcmp(args.net, "udp")) {
		struct sctp_udpencaps encaps = {.sue_port = htons(ENCAPS_PORT)};
		encaps.sue_address.ss_family = family;
		set(s, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encaps, sizeof encaps, "SCTP_REMOTE_UDP_ENCAPS_PORT");
	}
	return s;
}

/* associate listens or connects, and returns the socket of the association. */
static sock associate(void)
{
	_Alignas(struct sockaddr_in6) char local[MAX_PATHS * sizeof(struct sockaddr_in6)], remote[sizeof local];
	int server = !strcmp(args.role, "server");
	socklen_t first = 0, ignored;
	int count = parse_addresses(args.local, server ? args.port : 0, local, &first);
	sock s = open_socket(((struct sockaddr *)local)->sa_family);

	if (stack_bind(s, (struct sockaddr *)local, first) < 0)
		fail("bind");
	if (count > 1) {
		/* Further addresses are bound to the port of the first; port 0 stands for it. */
		if (stack_bindx(s, (struct sockaddr *)(local + first), count - 1) < 0)
			fail("bindx");
	}
	if (server) {
		sock listener = s;

		if (stack_listen(listener) < 0)
			fail("listen");
		say("listening");
		s = stack_accept(listener);
		if (stack_failed(s))
			fail("accept");
		stack_close(listener);
	} else {
		count = parse_addresses(args.remote, args.port, remote, &ignored);
		if (stack_connectx(s, (struct sockaddr *)remote, count) < 0)
			fail("connectx");
	}
	say("up");
	return s;
}

/* payload makes the bytes of a message from its PPID. */
static void payload(uint32_t ppid, unsigned char *data, size_t size)
{
	uint32_t x = ppid * 2654435761u + 1;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = x >> 24;
	}
}

static const uint64_t fnv_prime = 1099511628211u;

static uint64_t digest(uint32_t ppid, const unsigned char *data, size_t size)
{
	uint64_t h = 14695981039346656037u;

	for (int shift = 24; shift >= 0; shift -= 8)
		h = (h ^ (ppid >> shift & 0xff)) * fnv_prime;
	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * fnv_prime;
	return h;
}

static void send_message(sock s, uint16_t stream, uint32_t ppid, int unordered, const void *data, size_t size)
{
	struct sctp_sndinfo info = {
		.snd_sid = stream, .snd_ppid = htonl(ppid), .snd_flags = unordered ? SCTP_UNORDERED : 0,
	};

	if (stack_send(s, data, size, &info) < 0)
		fail("send");
}

/* send_plan sends what the arguments plan, in a thread of its own so that a full window never stops the receiver. */
static void *send_plan(void *association)
{
	sock s = *(sock *)association;
	unsigned char *data = malloc(MAX_MESSAGE);
	int sizes[MAX_SIZES], n = 0;

	for (const char *p = args.sizes; n < MAX_SIZES; p++) {
		sizes[n++] = strtol(p, (char **)&p, 10);
		if (*p != ',')
			break;
	}
	for (int i = 0; i < args.count; i++) {
		int unordered = args.unordered > 0 && i % args.unordered == args.unordered - 1;
		int size = sizes[i % n];

		if (args.hold > 0 && i == args.hold) {
			say("hold");
			sem_wait(&go);
		}
		payload(i, data, size);
		send_message(s, i % args.streams, i, unordered, data, size);
	}
	free(data);
	return NULL;
}

static void record(const struct sctp_rcvinfo *info, const unsigned char *data, size_t size)
{
	uint64_t d = digest(ntohl(info->rcv_ppid), data, size);
	int stream = info->rcv_sid;

	if (stream >= MAX_STREAMS) {
		errno = ERANGE;
		fail("stream");
	}
	received_count++;
	received[stream].bytes += size;
	if (info->rcv_flags & SCTP_UNORDERED) {
		received[stream].unordered++;
		received[stream].unordered_digest += d;
	} else {
		received[stream].ordered++;
		received[stream].ordered_digest = received[stream].ordered_digest * fnv_prime ^ d;
	}
}

static void report(const char *end)
{
	for (int i = 0; i < MAX_STREAMS; i++)
		if (received[i].ordered + received[i].unordered > 0)
			say("stream %d ordered %ld %016llx unordered %ld %016llx bytes %ld", i,
			    received[i].ordered, (unsigned long long)received[i].ordered_digest,
			    received[i].unordered, (unsigned long long)received[i].unordered_digest, received[i].bytes);
	say("received %ld", received_count);
	say("end %s", end);
}

static const char *path_state(int state)
{
	switch (state) {
	case SCTP_ADDR_AVAILABLE: return "available";
	case SCTP_ADDR_UNREACHABLE: return "unreachable";
	case SCTP_ADDR_REMOVED: return "removed";
	case SCTP_ADDR_ADDED: return "added";
	case SCTP_ADDR_MADE_PRIM: return "primary";
	case SCTP_ADDR_CONFIRMED: return "confirmed";
	}
	return "changed";
}

/* path_changed reports a change of a path. */
static void path_changed(const struct sctp_paddr_change *change)
{
	char text[INET6_ADDRSTRLEN] = "?";

	if (change->spc_aaddr.ss_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)&change->spc_aaddr)->sin_addr, text, sizeof text);
	if (change->spc_aaddr.ss_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)&change->spc_aaddr)->sin6_addr, text, sizeof text);
	say("path %s %s", text, path_state(change->spc_state));
}

/* notification handles an event; it returns whether the association has ended in good order. Linux reports that by the event
 * to the side that called shutdown, where a read would only fail with ENOTCONN. */
static int notification(const void *data)
{
	const union sctp_notification *event = data;

	switch (event->sn_header.sn_type) {
	case SCTP_PEER_ADDR_CHANGE:
		path_changed(&event->sn_paddr_change);
		return 0;
	case SCTP_ASSOC_CHANGE:
		return event->sn_assoc_change.sac_state == SCTP_SHUTDOWN_COMP;
	}
	return 0;
}

/* receive_until reads messages until count have arrived (then it returns NULL) or the association has ended (then it says
 * how). A message may come in parts; MSG_EOR marks the last. */
static const char *receive_until(sock s, long count)
{
	static unsigned char message[MAX_MESSAGE];
	static size_t have;

	while (received_count < count) {
		struct sctp_rcvinfo info = {0};
		int flags;
		ssize_t n = stack_receive(s, message + have, sizeof message - have, &info, &flags);

		if (n == 0)
			return "shutdown";
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ECONNRESET || errno == ECONNABORTED ? "abort" : "lost";
		if (flags & MSG_NOTIFICATION) {
			if (notification(message + have))
				return "shutdown";
			continue;
		}
		have += n;
		if (!(flags & MSG_EOR))
			continue;
		record(&info, message, have);
		if (args.echo)
			send_message(s, info.rcv_sid, ntohl(info.rcv_ppid), info.rcv_flags & SCTP_UNORDERED, message, have);
		have = 0;
	}
	return NULL;
}

/* finish ends the association as the arguments say and returns how it ended. */
static const char *finish(sock s)
{
	if (!strcmp(args.end, "abort")) {
		struct linger now = {.l_onoff = 1, .l_linger = 0};

		set(s, SOL_SOCKET, SO_LINGER, &now, sizeof now, "SO_LINGER");
		return "aborted";
	}
	if (!strcmp(args.end, "shutdown") && stack_shutdown(s) < 0)
		fail("shutdown");
	return receive_until(s, __LONG_MAX__);
}

int main(int argc, char **argv)
{
	pthread_t input, sender;
	const char *end;
	sock s;

	read_args(argc, argv);
	sem_init(&go, 0, 0);
	pthread_create(&input, NULL, watch_input, NULL);
	stack_init(!strcmp(args.net, "udp"));
	s = associate();
	pthread_create(&sender, NULL, send_plan, &s);
	end = receive_until(s, args.expect);
	if (end == NULL) {
		pthread_join(sender, NULL);
		end = finish(s);
	}
	stack_close(s);
	report(end);
	stack_finish();
	say("done");
	return 0;
}
