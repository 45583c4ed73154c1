// Sends, receives and shutdowns in every state, and pointers to nowhere.
#include "questions.h"
#include <sys/uio.h>

static void ask_shut(int fd, int how, const char *state)
{
	sayf(shutdown(fd, how), "", "shutdown %d %s", how, state);
}

// each_state calls f with a socket in every state that needs no other program.
static void each_state(int type, void (*f)(int fd, const char *state))
{
	int fd = sctp_socket(AF_INET, type);
	nonblocking(fd);
	f(fd, "fresh");
	close(fd);
	fd = bound(AF_INET, type);
	nonblocking(fd);
	f(fd, "bound");
	close(fd);
	fd = listening(AF_INET, type);
	nonblocking(fd);
	f(fd, "listening");
	close(fd);
	struct pair p = pair(AF_INET, type);
	nonblocking(p.client);
	f(p.client, "connected");
	close_pair(&p);
	p = pair(AF_INET, type);
	nonblocking(p.client);
	shutdown(p.client, SHUT_WR);
	f(p.client, "after shutdown 1");
	close_pair(&p);
	p = pair(AF_INET, type);
	nonblocking(p.client);
	shutdown(p.client, SHUT_RD);
	f(p.client, "after shutdown 0");
	close_pair(&p);
	p = pair(AF_INET, type);
	nonblocking(p.client);
	shutdown(p.client, SHUT_RDWR);
	f(p.client, "after shutdown 2");
	close_pair(&p);
	p = pair(AF_INET, type);
	nonblocking(p.client);
	if (p.server != p.listener)
		close(p.server);
	close(p.listener);
	struct pollfd end = {.fd = p.client, .events = POLLRDHUP};
	poll(&end, 1, type == SOCK_STREAM ? 3000 : 300);
	p.server = p.listener = -1;
	f(p.client, "after the peer's close");
	close(p.client);
}

static void sends_in(int fd, const char *state)
{
	char who[60];
	snprintf(who, sizeof who, "%s:", state);
	words.id = 0;
	sayf(send(fd, "x", 1, MSG_NOSIGNAL), "", "%s send", state);
	sayf(write(fd, "x", 1), "", "%s write", state);
	sayf(send(fd, "", 0, MSG_NOSIGNAL), "", "%s send of nothing", state);
	sayf(send(fd, "x", 1, MSG_NOSIGNAL | MSG_OOB), "", "%s send MSG_OOB", state);
	ask_send(who, fd, "x", 0, NULL, "2:2:0 2:0 4:0 4:0 4:0x7ffffffe");
	ask_send(who, fd, "x", 0, NULL, "2:2:99 2:0 4:0 4:0 4:0");
	ask_send(who, fd, "x", 0, NULL, "2:2:0 2:0x200 4:0 4:0 4:0");
	ask_send(who, fd, "", 0, NULL, "2:2:0 2:0x04 4:0 4:0 4:0");
	ask_send(who, fd, "x", 0, "in=127.0.0.1/0", NULL);
	ask_send(who, fd, "x", 0, "2:77 0*14", NULL);
	ask_send(who, fd, "x", 0, "2:2", NULL);
	ask_send(who, fd, "x", 0, "in6=::1/9", NULL);
	ask_send(who, fd, "x", 0, "in=192.0.2.77/9", NULL);
}

void ask_send_errors(void)
{
	section("send one-to-one");
	each_state(SOCK_STREAM, sends_in);
	section("send one-to-many");
	each_state(SOCK_SEQPACKET, sends_in);
	section("sizes");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	nonblocking(p.client);
	static char large[400000];
	sayf(send(p.client, large, 212992, 0), "", "send of 212992 bytes");
	expect("server", p.server);
	sayf(send(p.client, large, 212993, 0), "", "send of 212993 bytes");
	sayf(send(p.client, large, 400000, 0), "", "send of 400000 bytes");
	int on = 1;
	setsockopt(p.client, SOL_SCTP, SCTP_DISABLE_FRAGMENTS, &on, sizeof on);
	sayf(send(p.client, large, 65484, 0), "", "send of 65484 bytes without fragments");
	sayf(send(p.client, large, 65600, 0), "", "send of 65600 bytes without fragments");
	sayf(send(p.client, large, 70000, 0), "", "send of 70000 bytes without fragments");
	close_pair(&p);
	section("send buffer full");
	p = pair(AF_INET, SOCK_STREAM);
	nonblocking(p.client);
	int sent = 0;
	long n = 0;
	while (sent < 1000 && (n = send(p.client, large, 1000, 0)) == 1000)
		sent++;
	sayf(n, sent < 1000 ? "some before" : "never full", "send until it would block");
	sayf(0, poll_state(p.client), "poll of the full sender");
	sayf(0, poll_state(p.server), "poll of the receiver");
	struct timeval patience = {.tv_usec = 100000};
	setsockopt(p.client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	fcntl(p.client, F_SETFL, 0);
	sayf(send(p.client, large, 200000, 0), "", "send with SO_SNDTIMEO");
	close_pair(&p);
}

static void receives_in(int fd, const char *state)
{
	char byte[4];
	sayf(recv(fd, byte, sizeof byte, 0), "", "%s recv", state);
	sayf(recv(fd, byte, sizeof byte, 0), "", "%s recv again", state);
	sayf(recv(fd, byte, sizeof byte, MSG_PEEK), "", "%s recv MSG_PEEK", state);
	sayf(recv(fd, byte, sizeof byte, MSG_OOB), "", "%s recv MSG_OOB", state);
	sayf(recv(fd, byte, sizeof byte, MSG_ERRQUEUE), "", "%s recv MSG_ERRQUEUE", state);
	sayf(read(fd, byte, sizeof byte), "", "%s read", state);
	sayf(recv(fd, byte, 0, 0), "", "%s recv of nothing", state);
}

void ask_receive_errors(void)
{
	section("receive one-to-one");
	each_state(SOCK_STREAM, receives_in);
	section("receive one-to-many");
	each_state(SOCK_SEQPACKET, receives_in);
	section("receive with SO_RCVTIMEO");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	struct timeval patience = {.tv_usec = 50000};
	char byte;
	setsockopt(p.server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	sayf(recv(p.server, &byte, 1, 0), "", "recv");
	setsockopt(p.listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	sayf(accept(p.listener, NULL, NULL), "", "accept");
	close_pair(&p);
}

static void shuts_in(int fd, const char *state)
{
	ask_shut(fd, 3, state);
	ask_shut(fd, -1, state);
	ask_shut(fd, SHUT_RD, state);
	ask_shut(fd, SHUT_WR, state);
	ask_shut(fd, SHUT_WR, state);
	ask_shut(fd, SHUT_RDWR, state);
}

void ask_shutdown(void)
{
	section("shutdown one-to-one");
	each_state(SOCK_STREAM, shuts_in);
	section("shutdown one-to-many");
	each_state(SOCK_SEQPACKET, shuts_in);
}

static void names_in(int fd, const char *state)
{
	struct sockaddr_storage address;
	static const int lengths[] = {sizeof address, 16, 8, 0, -1};
	for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
		socklen_t length = lengths[i];
		memset(&address, 0, sizeof address);
		long result = getsockname(fd, (void *)&address, &length);
		char text[600];
		snprintf(text, sizeof text, "%d: %s", (int)length, result < 0 || lengths[i] < 16 ? "" : dump_address(&address, length));
		sayf(result, text, "%s getsockname with length %d", state, lengths[i]);
		length = lengths[i];
		memset(&address, 0, sizeof address);
		result = getpeername(fd, (void *)&address, &length);
		snprintf(text, sizeof text, "%d: %s", (int)length, result < 0 || lengths[i] < 16 ? "" : dump_address(&address, length));
		sayf(result, text, "%s getpeername with length %d", state, lengths[i]);
	}
}

void ask_names(void)
{
	section("names one-to-one");
	each_state(SOCK_STREAM, names_in);
	section("names one-to-many");
	each_state(SOCK_SEQPACKET, names_in);
}

// ask_pointers gives every call a pointer to nowhere, a closed descriptor, and one that is no socket.
void ask_pointers(void)
{
	void *bad = (void *)-1;
	static const struct {
		const char *text;
		int fd;
	} none[] = {{"a closed descriptor", -1}, {"standard error", 2}};
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, 9), length;
	char byte = 0;
	struct msghdr empty = {0};
	int null = open("/dev/null", O_RDWR);
	dup2(null, 2);
	for (int i = 0; i < 2; i++) {
		int fd = none[i].fd;
		section("calls on %s", none[i].text);
		say("bind", bind(fd, (void *)&address, n), "");
		say("connect", connect(fd, (void *)&address, n), "");
		say("listen", listen(fd, 5), "");
		say("accept", accept(fd, NULL, NULL), "");
		say("send", send(fd, &byte, 1, 0), "");
		say("sendmsg", sendmsg(fd, &empty, 0), "");
		say("recv", recv(fd, &byte, 1, 0), "");
		say("recvmsg", recvmsg(fd, &empty, 0), "");
		say("shutdown", shutdown(fd, 1), "");
		length = 4;
		say("getsockopt", getsockopt(fd, SOL_SCTP, SCTP_NODELAY, &byte, &length), "");
		say("setsockopt", setsockopt(fd, SOL_SCTP, SCTP_NODELAY, &byte, 4), "");
		length = sizeof address;
		say("getsockname", getsockname(fd, (void *)&address, &length), "");
		say("getpeername", getpeername(fd, (void *)&address, &length), "");
	}
	section("bad pointers");
	n = loopback(&address, AF_INET, 9);
	struct pair p = pair(AF_INET, SOCK_STREAM);
	nonblocking(p.client);
	nonblocking(p.server);
	nonblocking(p.listener);
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	say("bind", bind(fd, bad, n), "");
	say("bind with length 0", bind(fd, bad, 0), "");
	say("bind with length 1000", bind(fd, bad, 1000), "");
	say("connect", connect(fd, bad, n), "");
	say("connect with length 0", connect(fd, bad, 0), "");
	say("getsockname address", getsockname(p.client, bad, &length), "");
	say("getsockname length", getsockname(p.client, (void *)&address, bad), "");
	say("getpeername address", getpeername(p.client, bad, &length), "");
	say("getpeername length", getpeername(p.client, (void *)&address, bad), "");
	say("setsockopt SCTP_NODELAY", setsockopt(p.client, SOL_SCTP, SCTP_NODELAY, bad, 4), "");
	say("setsockopt SO_RCVBUF", setsockopt(p.client, SOL_SOCKET, SO_RCVBUF, bad, 4), "");
	length = 4;
	say("getsockopt value", getsockopt(p.client, SOL_SCTP, SCTP_NODELAY, bad, &length), "");
	say("getsockopt length", getsockopt(p.client, SOL_SCTP, SCTP_NODELAY, &byte, bad), "");
	say("send data", send(p.client, bad, 10, 0), "");
	say("send data of length 0", send(p.client, bad, 0, 0), "");
	say("sendmsg header", sendmsg(p.client, bad, 0), "");
	struct iovec iov = {.iov_base = bad, .iov_len = 5};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	say("sendmsg data", sendmsg(p.client, &m, 0), "");
	iov.iov_base = &byte;
	iov.iov_len = 1;
	m.msg_name = bad;
	m.msg_namelen = 16;
	say("sendmsg name", sendmsg(p.client, &m, 0), "");
	m.msg_namelen = 0;
	m.msg_control = bad;
	m.msg_controllen = 48;
	say("sendmsg control", sendmsg(p.client, &m, 0), "");
	m.msg_controllen = 0;
	m.msg_iov = bad;
	say("sendmsg iov", sendmsg(p.client, &m, 0), "");
	m.msg_iov = &iov;
	m.msg_iovlen = 1025;
	say("sendmsg with 1025 iovs", sendmsg(p.client, &m, 0), "");
	m.msg_iovlen = -1;
	say("sendmsg with -1 iovs", sendmsg(p.client, &m, 0), "");
	iov.iov_len = -1;
	m.msg_iovlen = 1;
	say("sendmsg with an iov of length -1", sendmsg(p.client, &m, 0), "");
	say("recv when nothing is there", recv(p.server, bad, 10, 0), "");
	say("recvmsg header when nothing is there", recvmsg(p.server, bad, 0), "");
	send(p.client, "one", 3, 0);
	send(p.client, "two", 3, 0);
	send(p.client, "three", 5, 0);
	readable(p.server, 3000);
	say("recv data", recv(p.server, bad, 10, 0), "");
	expect("server", p.server);
	struct msghdr in = {.msg_iov = &iov, .msg_iovlen = 1, .msg_name = bad, .msg_namelen = 16};
	iov.iov_base = &byte;
	iov.iov_len = 1;
	say("recvmsg name", recvmsg(p.server, &in, 0), "");
	expect("server", p.server);
	say("accept address when nobody is there", accept(p.listener, bad, &length), "");
	int client = sctp_socket(AF_INET, SOCK_STREAM);
	n = loopback(&address, AF_INET, p.port);
	connect(client, (void *)&address, n);
	readable(p.listener, 3000);
	length = 16;
	int accepted = accept(p.listener, bad, &length);
	say("accept address", accepted < 0 ? accepted : 0, "");
	accepted = accept(p.listener, NULL, NULL);
	say("accept after it", accepted < 0 ? accepted : 0, "");
	client = sctp_socket(AF_INET, SOCK_STREAM);
	connect(client, (void *)&address, n);
	readable(p.listener, 3000);
	length = -1;
	accepted = accept(p.listener, (void *)&address, &length);
	say("accept with length -1", accepted < 0 ? accepted : 0, "");
	sayf(ioctl(p.client, FIONREAD, bad), "", "ioctl FIONREAD");
}
