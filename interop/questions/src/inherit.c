// What is passed on: from a listener to what it accepts, from a socket to its associations, from defaults to messages.
#include "questions.h"
#include <sys/uio.h>

static const struct {
	int level, name;
	const char *value;
} settings[] = {
	{SOL_SCTP, SCTP_RTOINFO, "4:0 4:2000 4:30000 4:500"}, {SOL_SCTP, SCTP_ASSOCINFO, "4:0 2:7 2:0 4:0 4:0 4:30000"}, {SOL_SCTP, SCTP_INITMSG, "2:5 2:6 2:7 2:800"},
	{SOL_SCTP, SCTP_NODELAY, "4:1"}, {SOL_SCTP, SCTP_ADAPTATION_LAYER, "4:5"}, {SOL_SCTP, SCTP_DISABLE_FRAGMENTS, "4:1"},
	{SOL_SCTP, SCTP_PEER_ADDR_PARAMS, "4:0 any 4:5000 2:3 4:0 4:0 4:0x01 4:0 2:0"}, {SOL_SCTP, SCTP_EVENTS, "1:1 1:1 1:1"},
	{SOL_SCTP, SCTP_I_WANT_MAPPED_V4_ADDR, "4:0"}, {SOL_SCTP, SCTP_MAXSEG, "4:0 4:1000"}, {SOL_SCTP, SCTP_DELAYED_SACK, "4:0 4:100 4:3"}, {SOL_SCTP, SCTP_CONTEXT, "4:0 4:7"},
	{SOL_SCTP, SCTP_FRAGMENT_INTERLEAVE, "4:1"}, {SOL_SCTP, SCTP_PARTIAL_DELIVERY_POINT, "4:1000"}, {SOL_SCTP, SCTP_MAX_BURST, "4:0 4:8"},
	{SOL_SCTP, SCTP_PEER_ADDR_THLDS, "4:0 4:0 any 2:7 2:3 4:0"}, {SOL_SCTP, SCTP_RECVRCVINFO, "4:1"}, {SOL_SCTP, SCTP_RECVNXTINFO, "4:1"},
	{SOL_SCTP, SCTP_DEFAULT_SNDINFO, "2:3 2:0 4:9 4:8 4:0"}, {SOL_SCTP, SCTP_DEFAULT_PRINFO, "4:0 4:500 2:0x10 2:0"}, {SOL_SCTP, SCTP_REUSE_PORT, "4:1"}, {SOL_SCTP, SCTP_PR_SUPPORTED, "4:0 4:0"},
	{SOL_SCTP, SCTP_ENABLE_STREAM_RESET, "4:0 4:7"}, {SOL_SCTP, SCTP_STREAM_SCHEDULER, "4:0 4:1"}, {SOL_SCTP, SCTP_ECN_SUPPORTED, "4:0 4:0"}, {SOL_SCTP, SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "4:0 4:2"},
	{SOL_SOCKET, SO_LINGER, "4:1 4:5"}, {SOL_SOCKET, SO_RCVBUF, "4:100000"}, {SOL_SOCKET, SO_SNDBUF, "4:100000"}, {SOL_SOCKET, SO_RCVTIMEO, "8:1 8:500000"},
	{SOL_SOCKET, SO_SNDTIMEO, "8:2 8:0"}, {SOL_SOCKET, SO_REUSEADDR, "4:1"}, {SOL_SOCKET, SO_KEEPALIVE, "4:1"}, {SOL_SOCKET, SO_PRIORITY, "4:3"}, {SOL_SOCKET, SO_RCVLOWAT, "4:10"},
	{IPPROTO_IP, IP_TOS, "4:0x28"}, {IPPROTO_IP, IP_TTL, "4:5"},
};

static void set_all(int fd)
{
	char room[400];
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		size_t n = pack(room, settings[i].value);
		setsockopt(fd, settings[i].level, settings[i].name, room, n);
	}
}

static void get_all(int fd, const char *who)
{
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		ask_get(fd, find_option(settings[i].level, settings[i].name), NULL, who);
}

static void inherited(const char *when, bool before, bool waiting)
{
	section("accepted, options set on the listener %s", when);
	int listener = bound(AF_INET, SOCK_STREAM), client = bound(AF_INET, SOCK_STREAM);
	if (before)
		set_all(listener);
	nonblocking(listener);
	listen(listener, 5);
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, port_of(listener));
	connect(client, (void *)&address, n);
	if (waiting)
		set_all(listener);
	int server = accept(listener, NULL, NULL);
	char flags[40];
	sprintf(flags, "fl %#x fd %#x", fcntl(server, F_GETFL), fcntl(server, F_GETFD));
	sayf(0, flags, "flags of the accepted of a non-blocking listener");
	get_all(server, "of the accepted");
	close(client);
	close(server);
	close(listener);
}

void ask_inheritance(void)
{
	inherited("before the connection", true, false);
	inherited("while the connection waits", false, true);

	section("connected, options set before");
	words.id = 0;
	struct pair p = pair_with(AF_INET, SOCK_STREAM, set_all);
	get_all(p.client, "of the client");
	close_pair(&p);

	section("peeled off, options set before");
	p = pair_with(AF_INET, SOCK_SEQPACKET, set_all);
	struct {
		int32_t id;
		int fd;
	} arguments = {p.client_id, 0};
	socklen_t length = sizeof arguments;
	int fd = getsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length);
	get_all(fd, "of the peeled off");
	close(fd);
	close_pair(&p);

	section("defaults of messages");
	p = pair(AF_INET, SOCK_STREAM);
	char value[100];
	int on = 1;
	setsockopt(p.server, SOL_SCTP, SCTP_RECVRCVINFO, &on, sizeof on);
	size_t size = pack(value, "2:3 2:1 4:9 4:8 4:0");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_DEFAULT_SNDINFO, value, size), "", "client's default is stream 3, unordered, 9");
	sayf(send(p.client, "plain", 5, 0), "", "client sends without ancillary data");
	expect("server", p.server);
	ask_send("client", p.client, "said", 0, NULL, "2:2:1 2:0 4:0 4:0 4:0");
	expect("server", p.server);
	ask_send("client", p.client, "limited", 0, NULL, "5:2:0x10 2:0 4:1000");
	expect("server", p.server);
	size = pack(value, "4:0 4:0x55");
	sayf(setsockopt(p.server, SOL_SCTP, SCTP_CONTEXT, value, size), "", "server's context is 0x55");
	sayf(send(p.client, "plain", 5, 0), "", "client sends");
	expect("server", p.server);
	close_pair(&p);

	section("several pieces");
	p = pair(AF_INET, SOCK_STREAM);
	struct iovec pieces[3] = {{"one", 3}, {NULL, 0}, {"two", 3}};
	sayf(writev(p.client, pieces, 3), "", "client writes three pieces, one of them empty");
	expect("server", p.server);
	struct mmsghdr many[2] = {{.msg_hdr = {.msg_iov = &pieces[0], .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &pieces[2], .msg_iovlen = 1}}};
	setsockopt(p.client, SOL_SCTP, SCTP_NODELAY, &on, sizeof on);
	sayf(sendmmsg(p.client, many, 2, 0), "", "client sends two messages in one call");
	poll(NULL, 0, 50);
	char first[3], second[20];
	struct iovec rooms[2] = {{first, sizeof first}, {second, sizeof second}};
	struct mmsghdr in[3] = {{.msg_hdr = {.msg_iov = &rooms[0], .msg_iovlen = 1}}, {.msg_hdr = {.msg_iov = &rooms[1], .msg_iovlen = 1}},
		{.msg_hdr = {.msg_iov = &rooms[1], .msg_iovlen = 1}}};
	long got = recvmmsg(p.server, in, 3, MSG_DONTWAIT, NULL);
	sprintf(second, "%u %u", in[0].msg_len, in[1].msg_len);
	sayf(got, second, "server receives up to three in one call");
	sayf(send(p.client, "more", 4, MSG_MORE), "", "client sends with MSG_MORE");
	expect_nothing("server", p.server);
	sayf(send(p.client, "end", 3, MSG_EOR), "", "client sends with MSG_EOR");
	expect("server", p.server);
	expect("server", p.server);
	sayf(read(p.server, second, 0), "", "server reads nothing");
	close_pair(&p);

	section("shared descriptors");
	p = pair(AF_INET, SOCK_STREAM);
	int copy = dup(p.client);
	sayf(close(p.client), "", "client closes one of two descriptors");
	expect_nothing("server", p.server);
	sayf(send(copy, "still", 5, 0), "", "client sends by the other");
	expect("server", p.server);
	sayf(close(copy), "", "client closes it");
	expect("server", p.server);
	close(p.server);
	close(p.listener);
}

static void on_alarm(int number)
{
	(void)number;
}

// soon has a signal come in a while.
static void soon(int flags)
{
	struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
	sigaction(SIGALRM, &action, NULL);
	ualarm(100000, 0);
}

void ask_signals(void)
{
	section("signals");
	char byte;
	struct timeval patience = {.tv_usec = 300000};
	struct pair p = pair(AF_INET, SOCK_STREAM);
	soon(0);
	sayf(recv(p.server, &byte, 1, 0), "", "recv interrupted");
	soon(0);
	sayf(accept(p.listener, NULL, NULL), "", "accept interrupted");
	struct pollfd poll_one = {.fd = p.server, .events = POLLIN};
	soon(SA_RESTART);
	sayf(poll(&poll_one, 1, 1000), "", "poll interrupted by a handler with SA_RESTART");
	setsockopt(p.server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	soon(0);
	sayf(recv(p.server, &byte, 1, 0), "", "recv with SO_RCVTIMEO interrupted");
	soon(SA_RESTART);
	sayf(recv(p.server, &byte, 1, 0), "", "recv with SO_RCVTIMEO interrupted by a handler with SA_RESTART");
	setsockopt(p.listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	soon(SA_RESTART);
	sayf(accept(p.listener, NULL, NULL), "", "accept with SO_RCVTIMEO interrupted by a handler with SA_RESTART");
	static char large[100000];
	while (send(p.client, large, sizeof large, MSG_DONTWAIT) > 0)
		;
	soon(0);
	sayf(send(p.client, large, sizeof large, 0), "", "send interrupted");
	close_pair(&p);
}
