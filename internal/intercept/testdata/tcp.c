/* A TCP program in C, whose sockets are SCTP ones underneath. */
#include "checks.h"
#include <netinet/tcp.h>

static int tcp(int flags) { return socket(AF_INET, SOCK_STREAM | flags, 0); }

static int full(int s, char *b, int n)
{
	int got = 0, k;
	while (got < n && (k = read(s, b + got, n - got)) > 0)
		got += k;
	return got;
}

int main(void)
{
	int l = tcp(0), c = tcp(0), s, v = 1, n, i;
	struct sockaddr_in a = at(7200), peer;
	socklen_t len = sizeof v;
	static char b[100000], back[100000];
	pid_t p;
	int m = socket(AF_INET, SOCK_STREAM, 262);

	alarm(30);
	CHECK("MPTCP is not", m == -1 && errno == EPROTONOSUPPORT);
	CHECK("ordinary numbers", l >= 3 && l < 512);
	setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &v, sizeof v);
	CHECK("listen", bind(l, (struct sockaddr *)&a, sizeof a) == 0 && listen(l, 5) == 0);
	for (i = -1; i <= 0; i++) {
		struct sockaddr_in any = at(0);
		n = tcp(0);
		CHECK("no backlog", bind(n, (struct sockaddr *)&any, sizeof any) == 0 && listen(n, i) == 0);
		len = sizeof any;
		CHECK("and still a connection", getsockname(n, (struct sockaddr *)&any, &len) == 0 && connect(m = tcp(0), (struct sockaddr *)&any, sizeof any) == 0);
		close(m);
		close(n);
	}
	CHECK("nothing yet", shows(l, ALL, 0) == 0);
	CHECK("connect", connect(c, (struct sockaddr *)&a, sizeof a) == 0);
	CHECK("it shows", shows(l, ALL, 1000) == POLLIN);
	len = sizeof peer;
	s = accept(l, (struct sockaddr *)&peer, &len);
	CHECK("accept", s >= 3 && s < 512 && len == sizeof peer && peer.sin_family == AF_INET);
	CHECK("nothing more", shows(l, ALL, 0) == 0);
	len = sizeof v;
	CHECK("it says TCP", getsockopt(s, SOL_SOCKET, SO_PROTOCOL, &v, &len) == 0 && v == IPPROTO_TCP);
	v = 1;
	CHECK("TCP_NODELAY", setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &v, sizeof v) == 0);
	len = sizeof v;
	v = 0;
	CHECK("is set", getsockopt(s, IPPROTO_TCP, TCP_NODELAY, &v, &len) == 0 && v == 1);
	CHECK("other options are taken", setsockopt(s, IPPROTO_TCP, TCP_KEEPIDLE, &v, sizeof v) == 0);
	CHECK("and answered", getsockopt(s, IPPROTO_TCP, TCP_KEEPIDLE, &v, &len) == 0 && v == 0);
	struct tcp_info info;
	char algorithm[16];
	memset(&info, 255, sizeof info);
	len = sizeof info;
	CHECK("what TCP says of itself", getsockopt(s, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 && len == sizeof info && info.tcpi_state && info.tcpi_snd_mss);
	CHECK("nothing is left over", info.tcpi_retransmits == 0 && info.tcpi_total_retrans == 0 && info.tcpi_rttvar == 0);
	len = sizeof v;
	CHECK("its packets", getsockopt(s, IPPROTO_TCP, TCP_MAXSEG, &v, &len) == 0 && v >= 536);
	len = sizeof algorithm;
	CHECK("its congestion control", getsockopt(s, IPPROTO_TCP, TCP_CONGESTION, algorithm, &len) == 0 && len == 16 && !strcmp(algorithm, "reno"));
	CHECK("a name", getsockname(s, (struct sockaddr *)&peer, (len = sizeof peer, &len)) == 0 && ntohs(peer.sin_port) == 7200);

	CHECK("urgent bytes are like others", send(c, "ur", 2, MSG_OOB) == 2 && write(c, "gent", 4) == 4 && full(s, b, 6) == 6 && !memcmp(b, "urgent", 6));
	CHECK("bytes", write(c, "by", 2) == 2 && write(c, "tes", 3) == 3 && full(s, b, 5) == 5 && !memcmp(b, "bytes", 5));
	if (!(p = fork())) {
		dup2(s, 0);
		dup2(s, 1);
		close(s);
		close(c);
		execlp("cat", "cat", (char *)0);
		_exit(9);
	}
	close(s);
	for (i = 0; i < (int)sizeof b; i++)
		b[i] = i * 7;
	CHECK("much", write(c, b, sizeof b) == sizeof b && full(c, back, sizeof back) == sizeof back);
	CHECK("comes back", !memcmp(b, back, sizeof b));
	shutdown(c, SHUT_WR);
	CHECK("the end goes round", read(c, back, 1) == 0 && ended(p) == 0);
	close(c);

	c = tcp(SOCK_NONBLOCK);
	CHECK("connecting shows nothing", shows(c, ALL, 0) == 0);
	FAILS("has begun", join(c, LATER), EINPROGRESS);
	CHECK("still nothing", shows(c, ALL, 50) == 0);
	CHECK("done", shows(c, POLLOUT, 2000) == POLLOUT && socket_error(c) == 0);
	CHECK("serves", write(c, "x", 1) == 1 && shows(c, POLLIN, 1000) == POLLIN && read(c, b, 10) == 1);
	close(c);
	c = tcp(SOCK_NONBLOCK);
	FAILS("has begun", join(c, REFUSE), EINPROGRESS);
	CHECK("refused", shows(c, POLLOUT, 2000) & POLLOUT && socket_error(c) == ECONNREFUSED);
	close(c);
	c = tcp(0);
	FAILS("refused at once", join(c, NOBODY), ECONNREFUSED);
	CHECK("the day time", join(c, DAYTIME) == 0 && (n = full(c, b, 100)) == 16);
	close(c);
	return verdict();
}
