/*
 * peer.c - one end of an association on the kernel's SCTP or on usrsctp (stack.h), told what to do by key=value arguments
 * and reporting in lines. Package interop documents both, package plan the messages and the digests.
 */
#include <pthread.h>

#include "peer.h"

struct args args = {.role = "", .net = "ip", .local = "", .remote = "", .end = "peer", .sizes = "1", .streams = 1};

static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;

void say(const char *format, ...)
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

void fail(const char *what)
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
		{"hold", NULL, &args.hold}, {"fast", NULL, &args.fast}, {"brisk", NULL, &args.brisk}, {"list", NULL, &args.list},
		{"paused", NULL, &args.paused}, {"window", NULL, &args.window},
		{"buffer", NULL, &args.buffer}, {"offer", &args.offer, NULL}, {"steady", NULL, &args.steady},
		{"patient", NULL, &args.patient}, {"tuned", NULL, &args.tuned}, {"switch", NULL, &args.switches},
		{"asconf", NULL, &args.asconf},
		{"auth", &args.auth, NULL}, {"hmac", &args.hmac, NULL}, {"keys", &args.keys, NULL}, {"key", NULL, &args.key},
		{"from", NULL, &args.from}, {"tries", NULL, &args.tries},
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

/* parse_addresses packs the addresses of "A/B" as bindx and connectx want them. */
int parse_addresses(const char *text, int port, char *packed, socklen_t *first)
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
void set(sock s, int level, int name, const void *value, socklen_t size, const char *what)
{
	if (stack_option(s, level, name, value, size) < 0)
		fail(what);
}

/* configure_brisk has what is lost sent again soon. */
static void configure_brisk(sock s)
{
	struct sctp_rtoinfo rto = {.srto_initial = 300, .srto_min = 200, .srto_max = 1000};

	set(s, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto, "SCTP_RTOINFO");
}

/* configure_tuned has the profile of docs/uplinks.md. */
static void configure_tuned(sock s)
{
	struct sctp_rtoinfo rto = {.srto_initial = 200, .srto_min = 50, .srto_max = 1000};
	struct sctp_paddrparams path = {.spp_hbinterval = 500, .spp_flags = SPP_HB_ENABLE};
	struct sctp_sack_info sack = {.sack_delay = 10};
	struct sctp_assocparams params = {.sasoc_asocmaxrxt = 60};

	set(s, IPPROTO_SCTP, SCTP_RTOINFO, &rto, sizeof rto, "SCTP_RTOINFO");
	set(s, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path, "SCTP_PEER_ADDR_PARAMS");
	set(s, IPPROTO_SCTP, SCTP_DELAYED_SACK, &sack, sizeof sack, "SCTP_DELAYED_SACK");
	set(s, IPPROTO_SCTP, SCTP_ASSOCINFO, &params, sizeof params, "SCTP_ASSOCINFO");
}

/* configure_patience sets how many time-outs in a row end the association. */
static void configure_patience(sock s)
{
	struct sctp_assocparams params = {.sasoc_asocmaxrxt = args.patient};

	set(s, IPPROTO_SCTP, SCTP_ASSOCINFO, &params, sizeof params, "SCTP_ASSOCINFO");
}

/* configure_fast makes a dead path show in a second instead of a minute. */
static void configure_fast(sock s)
{
	struct sctp_paddrparams path = {.spp_pathmaxrxt = 1, .spp_hbinterval = 500, .spp_flags = SPP_HB_ENABLE};

	set(s, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path, "SCTP_PEER_ADDR_PARAMS");
}

static sock open_socket(int family)
{
	sock s = stack_socket(family);
	int on = 1, buffer = args.buffer ? args.buffer : BUFFER_SIZE, window = args.window ? args.window : BUFFER_SIZE;
	struct sctp_initmsg init = {
		.sinit_num_ostreams = INITIAL_STREAMS, .sinit_max_instreams = MAX_STREAMS, .sinit_max_attempts = args.tries,
	};

	if (stack_failed(s))
		fail("socket");
	set(s, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer, "SO_SNDBUF");
	set(s, SOL_SOCKET, SO_RCVBUF, &window, sizeof window, "SO_RCVBUF");
	set(s, IPPROTO_SCTP, SCTP_INITMSG, &init, sizeof init, "SCTP_INITMSG");
	set(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on, "SCTP_RECVRCVINFO");
	set(s, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on, "SCTP_NODELAY");
	configure_events(s);
	offer_extensions(s);
	configure_auth(s);
	if (args.fast || args.brisk)
		configure_brisk(s);
	if (args.fast)
		configure_fast(s);
	if (args.tuned)
		configure_tuned(s);
	if (args.asconf)
		offer_addresses(s);
	if (args.switches && stack_switch(s) < 0)
		fail("RFC 7829");
	if (args.patient)
		configure_patience(s);
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
	int count = parse_addresses(args.local, server ? args.port : args.from, local, &first);
	sock s = open_socket(strchr(args.local, ':') ? AF_INET6 : AF_INET); /* which takes IPv4, too */

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
	association = s;
	say_extensions(s);
	say("up");
	return s;
}

/* The message that is being received on a stream: with interleaving, several are at a time. */
static struct part {
	unsigned char *data;
	size_t have;
} parts[MAX_STREAMS][2];

/* add_part adds what was read to the message that it belongs to. */
static struct part *add_part(const struct sctp_rcvinfo *info, const unsigned char *data, size_t size)
{
	struct part *p = &parts[info->rcv_sid % MAX_STREAMS][info->rcv_flags & SCTP_UNORDERED ? 1 : 0];

	if (!p->data && !(p->data = malloc(MAX_MESSAGE)))
		fail("malloc");
	if (p->have + size > MAX_MESSAGE) {
		errno = EMSGSIZE;
		fail("message");
	}
	memcpy(p->data + p->have, data, size);
	p->have += size;
	return p;
}

/* receive_until reads messages until count have arrived (then it returns NULL) or the association has ended (then it says
 * how). A message may come in parts; MSG_EOR marks the last. */
static const char *receive_until(sock s, long count)
{
	static unsigned char buffer[MAX_MESSAGE];

	while (count_received() < count) {
		struct sctp_rcvinfo info = {0};
		struct part *message;
		int flags;

		ssize_t n = stack_receive(s, buffer, sizeof buffer, &info, &flags);

		if (n == 0)
			return "shutdown";
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == ECONNRESET || errno == ECONNABORTED ? "abort" : "lost";
		if (flags & MSG_NOTIFICATION) {
			if (notification(buffer, n))
				return "shutdown";
			continue;
		}
		message = add_part(&info, buffer, n);
		if (!(flags & MSG_EOR))
			continue;
		record(&info, message->data, message->have);
		if (args.echo) {
			struct send_how how = {.stream = info.rcv_sid, .unordered = info.rcv_flags & SCTP_UNORDERED};

			send_message(s, &how, ntohl(info.rcv_ppid), message->data, message->have);
		}
		message->have = 0;
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
	sem_init(&reading, 0, 0);
	pthread_create(&input, NULL, watch_input, NULL);
	stack_init(!strcmp(args.net, "udp"));
	s = associate();
	pthread_create(&sender, NULL, args.steady ? send_steadily : send_plan, &s);
	if (args.paused)
		sem_wait(&reading);
	end = args.steady ? NULL : receive_until(s, args.expect);
	if (end == NULL) {
		if (!args.steady)
			pthread_join(sender, NULL);
		end = finish(s);
	}
	stack_close(s);
	report(end);
	stack_finish();
	say("done");
	return 0;
}
