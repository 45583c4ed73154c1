/* What a program sees of SCTP sockets that are carried: messages, readiness, waiting, descriptors. */
#include "checks.h"

static char b[70000];

static int high; /* whether SCTP sockets have numbers of their own */

static void messages(void)
{
	int lowest = dup(0), s = (close(lowest), dial(ECHO)), flags, n, left = -1;
	struct sctp_sndrcvinfo info = {0};
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	struct sctp_event_subscribe on = {.sctp_data_io_event = 1};
	struct sctp_status status;

	CHECK("an SCTP socket has the lowest number, or a high one", high ? s >= 512 : s == lowest);
	CHECK("sctp_sendmsg", sctp_sendmsg(s, "hello", 5, 0, 0, htonl(42), 0, 3, 0, 0) == 5);
	CHECK("SCTP_EVENTS", setsockopt(s, IPPROTO_SCTP, SCTP_EVENTS, &on, sizeof on) == 0);
	flags = 0;
	n = sctp_recvmsg(s, b, 100, (struct sockaddr *)&from, &len, &info, &flags);
	CHECK("the message comes back", n == 5 && !memcmp(b, "hello", 5));
	CHECK("with its stream and PPID", info.sinfo_stream == 3 && info.sinfo_ppid == htonl(42));
	CHECK("with its end", flags & MSG_EOR);
	CHECK("with the sender", len == sizeof from && ntohs(from.sin_port) == ECHO);

	CHECK("send", send(s, "abcdefgh", 8, 0) == 8);
	flags = 0;
	CHECK("a short read takes what fits", sctp_recvmsg(s, b, 3, 0, 0, &info, &flags) == 3 && !memcmp(b, "abc", 3));
	CHECK("and has no MSG_EOR", !(flags & MSG_EOR));
	CHECK("the rest shows", shows(s, ALL, 0) & POLLIN);
	CHECK("FIONREAD tells how much", ioctl(s, FIONREAD, &left) == 0 && left == 5);
	CHECK("the rest", sctp_recvmsg(s, b, 100, 0, 0, &info, &flags) == 5 && !memcmp(b, "defgh", 5) && flags & MSG_EOR);
	CHECK("nothing shows then", !(shows(s, ALL, 0) & POLLIN));

	send(s, "peek", 4, 0);
	CHECK("MSG_PEEK leaves it", recv(s, b, 100, MSG_PEEK) == 4 && shows(s, ALL, 0) & POLLIN);
	CHECK("to be received", recv(s, b, 100, 0) == 4);
	FAILS("MSG_DONTWAIT", recv(s, b, 10, MSG_DONTWAIT), EAGAIN);
	len = sizeof status;
	CHECK("SCTP_STATUS", getsockopt(s, IPPROTO_SCTP, SCTP_STATUS, &status, &len) == 0 && len == sizeof status);
	CHECK("established, Linux counts from 1", status.sstat_state == 4);
	close(s);
}

static void pieces(void)
{
	int s = dial(ECHO), i;
	struct iovec out[2] = {{"scat", 4}, {"tered", 5}}, in[2] = {{b, 2}, {b + 10, 20}};
	struct mmsghdr many[3] = {0};

	CHECK("writev is one message", writev(s, out, 2) == 9);
	CHECK("readv", readv(s, in, 2) == 9 && !memcmp(b, "sc", 2) && !memcmp(b + 10, "attered", 7));
	CHECK("write", write(s, "plain", 5) == 5);
	CHECK("read", read(s, b, 100) == 5);
	CHECK("pwritev2 at the current position", pwritev2(s, out, 2, -1, 0) == 9);
	CHECK("preadv2", preadv2(s, in, 2, -1, 0) == 9);
	FAILS("preadv2 elsewhere", preadv2(s, in, 2, 5, 0), ESPIPE);
	FAILS("preadv2 that does not wait", preadv2(s, in, 2, -1, RWF_NOWAIT), EAGAIN);
	for (i = 0; i < 3; i++) {
		many[i].msg_hdr.msg_iov = &out[i % 2];
		many[i].msg_hdr.msg_iovlen = 1;
	}
	CHECK("sendmmsg", sendmmsg(s, many, 3, 0) == 3 && many[0].msg_len == 4 && many[1].msg_len == 5);
	in[0].iov_len = 20;
	for (i = 0; i < 3; i++)
		many[i].msg_hdr.msg_iov = &in[0];
	CHECK("recvmmsg", recvmmsg(s, many, 3, 0, 0) == 3 && many[1].msg_len == 5 && many[1].msg_hdr.msg_flags & MSG_EOR);
	send(s, "x", 1, 0);
	CHECK("MSG_WAITFORONE", recvmmsg(s, many, 3, MSG_WAITFORONE, 0) == 1);
	close(s);
}

static void connecting(void)
{
	int s = stream(SOCK_NONBLOCK), e = epoll_create1(0), i, n;
	struct epoll_event want = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET}, got;
	fd_set set;
	struct timeval tv = {20, 0};

	CHECK("a fresh one-to-one socket shows nothing", shows(s, ALL, 0) == 0);
	epoll_ctl(e, EPOLL_CTL_ADD, s, &want);
	FAILS("connect has begun", join(s, LATER), EINPROGRESS);
	CHECK("no edge while it connects", epoll_wait(e, &got, 1, 50) == 0);
	FAILS("it has begun already", join(s, LATER), EALREADY);
	CHECK("an edge when it is done", epoll_wait(e, &got, 1, 2000) == 1);
	CHECK("for output only", got.events & EPOLLOUT && !(got.events & EPOLLIN));
	CHECK("SO_ERROR", socket_error(s) == 0);
	CHECK("no second edge", epoll_wait(e, &got, 1, 0) == 0);
	for (n = 0, i = 0; i < 3; i++) {
		send(s, "x", 1, 0);
		n += epoll_wait(e, &got, 1, 1000) == 1 && got.events & EPOLLIN;
	}
	CHECK("an edge for each message although none is read", n == 3);
	for (n = 0; recv(s, b, 10, 0) == 1; n++)
		;
	CHECK("all three until EAGAIN", n == 3 && errno == EAGAIN);
	CHECK("quiet after that", epoll_wait(e, &got, 1, 0) == 0);
	send(s, "x", 1, 0);
	CHECK("an edge for the next", epoll_wait(e, &got, 1, 1000) == 1 && got.events & EPOLLIN);
	shutdown(s, SHUT_WR);
	CHECK("an edge for the end", epoll_wait(e, &got, 1, 1000) == 1 && got.events & EPOLLRDHUP);
	CHECK("data before the end", recv(s, b, 10, 0) == 1);
	CHECK("the end", recv(s, b, 10, 0) == 0);
	CHECK("the end, again", recv(s, b, 10, 0) == 0);
	FAILS("no sending after SHUT_WR", send(s, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK("both directions ended", shows(s, ALL, 0) & POLLHUP);
	close(s);
	close(e);

	s = stream(SOCK_NONBLOCK);
	FAILS("connect has begun", join(s, REFUSE), EINPROGRESS);
	CHECK("nothing while it is not refused", shows(s, ALL, 50) == 0);
	FD_ZERO(&set);
	FD_SET(s, &set);
	CHECK("select sees the refusal", select(s + 1, 0, &set, 0, &tv) == 1 && FD_ISSET(s, &set));
	CHECK("SO_ERROR tells it", socket_error(s) == ECONNREFUSED);
	CHECK("once", socket_error(s) == 0);
	CHECK("the same socket connects elsewhere", join(s, ECHO) == 0 && shows(s, ALL, 0) == POLLOUT);
	close(s);

	s = stream(0);
	FAILS("a blocking connect is refused", join(s, REFUSE), ECONNREFUSED);
	FAILS("and at once", join(s, NOBODY), ECONNREFUSED);
	CHECK("a blocking connect waits", join(s, LATER) == 0 && send(s, "x", 1, 0) == 1 && recv(s, b, 1, 0) == 1);
	close(s);
	s = stream(0);
	tv = (struct timeval){0, 120000};
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof tv);
	FAILS("SO_SNDTIMEO of connect", join(s, SILENT), EINPROGRESS);
	close(s);
}

static void backpressure(void)
{
	int s = dial(SLOW), n;

	fcntl(s, F_SETFL, O_NONBLOCK);
	for (n = 0; n < 1000 && send(s, b, 1000, 0) == 1000; n++)
		;
	CHECK("EAGAIN when there is no room", errno == EAGAIN && n > 10 && n < 1000);
	CHECK("which shows", !(shows(s, ALL, 0) & POLLOUT));
	CHECK("and passes", shows(s, POLLOUT, 2000) & POLLOUT);
	fcntl(s, F_SETFL, 0);
	for (n = 0; n < 100 && send(s, b, 1000, 0) == 1000; n++)
		;
	CHECK("a blocking send waits for room", n == 100);
	close(s);
}

static void listening(void)
{
	int s = serve_at(6000), e = epoll_create1(0), c1, c2, a1, a2, a3;
	struct epoll_event want = {.events = EPOLLIN | EPOLLET}, got;
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	pid_t p;

	CHECK("an idle listener shows nothing", shows(s, ALL, 0) == 0);
	FAILS("the port is taken", bind(stream(0), (struct sockaddr *)&(struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(6000)}, 16), EADDRINUSE);
	epoll_ctl(e, EPOLL_CTL_ADD, s, &want);
	c1 = dial(6000);
	c2 = dial(6000);
	CHECK("an edge for connections", epoll_wait(e, &got, 1, 1000) == 1);
	a1 = accept(s, (struct sockaddr *)&from, &len);
	CHECK("accept", a1 >= 0 && len == sizeof from && from.sin_family == AF_INET);
	CHECK("one more is waiting", shows(s, ALL, 0) == POLLIN);
	a2 = accept4(s, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
	CHECK("accept4", a2 >= 0);
	CHECK("no more", shows(s, ALL, 0) == 0);
	CHECK("accept4's flags", fcntl(a2, F_GETFL) & O_NONBLOCK && fcntl(a2, F_GETFD) & FD_CLOEXEC);
	CHECK("accept has none", !(fcntl(a1, F_GETFL) & O_NONBLOCK) && !(fcntl(a1, F_GETFD) & FD_CLOEXEC));
	FAILS("accept4's socket does not wait", recv(a2, b, 10, 0), EAGAIN);
	fcntl(s, F_SETFL, O_NONBLOCK);
	FAILS("accept does not wait", accept(s, 0, 0), EAGAIN);
	FAILS("flags that are none", accept4(s, 0, 0, 1), EINVAL);
	fcntl(s, F_SETFL, 0);
	if (!(p = fork())) {
		pause_ms(100);
		c2 = dial(6000);
		write(c2, "hi", 2);
		pause_ms(50);
		_exit(0);
	}
	a3 = accept(s, 0, 0);
	CHECK("accept waits for another process", a3 >= 0);
	CHECK("its message", read(a3, b, 10) == 2);
	CHECK("its exit is the end", read(a3, b, 10) == 0);
	ended(p);

	int d = dup(a1), d2 = fcntl(a1, F_DUPFD_CLOEXEC, 0), in = dup(0);
	CHECK("dup is carried, too", d >= 0 && d2 >= 0 && fcntl(d2, F_GETFD) & FD_CLOEXEC);
	close(a1);
	close(d2);
	CHECK("a duplicate serves", write(d, "dup", 3) == 3 && read(c1, b, 10) == 3);
	CHECK("the peer sees no end", !(shows(c1, POLLRDHUP, 50) & POLLRDHUP));
	close(d);
	CHECK("the last close is the end", shows(c1, POLLRDHUP, 1000) & POLLRDHUP);
	dup2(c2, 0);
	CHECK("written on 0", write(0, "zero", 4) == 4 && (shows(a2, POLLIN, 1000), read(a2, b, 10)) == 4);
	CHECK("reading nothing does not wait", read(a2, b, 0) == 0);
	write(a2, "back", 4);
	CHECK("read on 0", read(0, b, 10) == 4);
	dup2(in, 0);
	close(in);
	close_range(a2, a2, 0);
	CHECK("close_range closes", shows(c2, POLLRDHUP, 1000) & POLLRDHUP);
	close(c1);
	close(c2);
	close(a3);
	close(s);
	close(e);
}

static volatile int handled;
static void handler(int sig) { handled += sig != 0; }

static void handle(int sig, int flags)
{
	struct sigaction a = {.sa_handler = handler, .sa_flags = flags};
	sigaction(sig, &a, 0);
	handled = 0;
}

static pid_t waiting_child(int s)
{
	pid_t p = fork();
	if (!p) {
		recv(s, b, 10, 0);
		_exit(7);
	}
	pause_ms(100);
	return p;
}

static void signals(void)
{
	int s = dial(ECHO), st;
	struct itimerval soon = {{0}, {0, 100000}};
	pid_t p;

	handle(SIGALRM, 0);
	setitimer(ITIMER_REAL, &soon, 0);
	FAILS("a handler interrupts", recv(s, b, 10, 0), EINTR);
	CHECK("and has run", handled == 1);
	handle(SIGALRM, SA_RESTART);
	setitimer(ITIMER_REAL, &soon, 0);
	if (!(p = fork())) {
		pause_ms(300);
		write(s, "late", 4);
		_exit(0);
	}
	CHECK("with SA_RESTART the call goes on", recv(s, b, 10, 0) == 4 && handled == 1);
	ended(p);
	p = waiting_child(s);
	kill(p, SIGTERM);
	CHECK("SIGTERM ends a waiting program", ended(p) == 1000 + SIGTERM);
	p = waiting_child(s);
	kill(p, SIGSTOP);
	CHECK("SIGSTOP stops it", waitpid(p, &st, WUNTRACED) == p && WIFSTOPPED(st));
	kill(p, SIGCONT);
	pause_ms(50);
	write(s, "x", 1);
	CHECK("and it goes on", ended(p) == 7);
	p = waiting_child(s);
	kill(p, SIGKILL);
	CHECK("SIGKILL", ended(p) == 1000 + SIGKILL);
	write(s, "y", 1);
	CHECK("takes no message with it", recv(s, b, 10, 0) == 1);
	handle(SIGPIPE, 0);
	shutdown(s, SHUT_WR);
	FAILS("EPIPE", write(s, "x", 1), EPIPE);
	CHECK("and SIGPIPE", handled == 1);
	FAILS("EPIPE with MSG_NOSIGNAL", send(s, "x", 1, MSG_NOSIGNAL), EPIPE);
	CHECK("without SIGPIPE", handled == 1);
	close(s);
}

static void *receiver(void *s)
{
	char c;
	return (void *)recv(*(int *)s, &c, 1, 0);
}

static void timeouts_and_threads(void)
{
	int s = dial(ECHO), i;
	struct timeval tv = {0, 120000};
	double t = now();
	pthread_t th[4];
	long sum = 0;
	void *r;

	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	FAILS("SO_RCVTIMEO", recv(s, b, 10, 0), EAGAIN);
	CHECK("takes its time", now() - t > 0.1);
	tv.tv_usec = 0;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
	for (i = 0; i < 4; i++)
		pthread_create(&th[i], 0, receiver, &s);
	pause_ms(50);
	for (i = 0; i < 4; i++)
		send(s, "t", 1, 0);
	for (i = 0; i < 4; i++) {
		pthread_join(th[i], &r);
		sum += (long)r;
	}
	CHECK("each of four threads got a message", sum == 4);
	close(s);
}

static void passing(void)
{
	int pair[2], s = dial(ECHO), got, moved;
	char control[CMSG_SPACE(sizeof(int))], byte = 'f';
	struct iovec io = {&byte, 1};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	struct sockaddr_in a;
	socklen_t len = sizeof a;

	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof s);
	memcpy(CMSG_DATA(h), &s, sizeof s);
	sendmsg(pair[0], &m, 0);
	m.msg_controllen = sizeof control;
	recvmsg(pair[1], &m, 0);
	memcpy(&got, CMSG_DATA(CMSG_FIRSTHDR(&m)), sizeof got);
	CHECK("a passed descriptor is known", getpeername(got, (struct sockaddr *)&a, &len) == 0 && ntohs(a.sin_port) == ECHO);
	moved = fcntl(got, F_DUPFD, high ? 512 : 100);
	CHECK("moved away it serves", moved >= 100 && write(moved, "passed", 6) == 6 && read(moved, b, 10) == 6);
	close(s);
	close(got);
	close(moved);
	close(pair[0]);
	close(pair[1]);
}

static void many(void)
{
	int s = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP), peeled, u;
	struct sockaddr_in a = at(ECHO), from = {0};
	socklen_t len = sizeof from;
	sctp_assoc_t id = -1;
	sctp_peeloff_flags_arg_t flags = {{3, 0}, SOCK_NONBLOCK | SOCK_CLOEXEC};

	CHECK("one-to-many may send at once", shows(s, ALL, 0) == POLLOUT);
	CHECK("to an address", sctp_sendmsg(s, "many", 4, (struct sockaddr *)&a, sizeof a, 0, 0, 1, 0, 0) == 4);
	CHECK("and receives from it", recvfrom(s, b, 10, 0, (struct sockaddr *)&from, &len) == 4 && ntohs(from.sin_port) == ECHO);
	peeled = sctp_peeloff(s, 3);
	CHECK("sctp_peeloff", peeled >= 0 && write(peeled, "off", 3) == 3 && read(peeled, b, 10) == 3);
	close(peeled);
	len = sizeof flags;
	peeled = getsockopt(s, IPPROTO_SCTP, SCTP_SOCKOPT_PEELOFF_FLAGS, &flags, &len);
	CHECK("with flags", peeled >= 0 && flags.p_arg.sd == peeled && fcntl(peeled, F_GETFL) & O_NONBLOCK && fcntl(peeled, F_GETFD) & FD_CLOEXEC);
	close(peeled);
	close(s);
	s = stream(0);
	CHECK("sctp_connectx", sctp_connectx(s, (struct sockaddr *)&a, 1, &id) >= 0 && id >= 3);
	close(s);
	s = stream(0);
	a = at(LATER);
	id = -1;
	CHECK("sctp_connectx waits", sctp_connectx(s, (struct sockaddr *)&a, 1, &id) >= 0 && id >= 3 && send(s, "x", 1, 0) == 1);
	close(s);
	s = stream(SOCK_NONBLOCK);
	FAILS("sctp_connectx does not wait", sctp_connectx(s, (struct sockaddr *)&a, 1, &id), EINPROGRESS);
	CHECK("and tells the association", id >= 3);
	close(s);

	u = socket(AF_INET, SOCK_DGRAM, 0);
	a = at(0);
	CHECK("UDP is the kernel's", bind(u, (struct sockaddr *)&a, sizeof a) == 0);
	len = sizeof a;
	CHECK("with a name", getsockname(u, (struct sockaddr *)&a, &len) == 0 && a.sin_port != 0);
	CHECK("and data", sendto(u, "u", 1, 0, (struct sockaddr *)&a, sizeof a) == 1 && recv(u, b, 9, 0) == 1);
	close(u);
}

int main(int argc, char **argv)
{
	high = argc > 1;
	alarm(60);
	messages();
	pieces();
	connecting();
	backpressure();
	listening();
	alarm(60);
	signals();
	timeouts_and_threads();
	passing();
	many();
	return verdict();
}
