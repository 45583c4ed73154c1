/* Rough treatment: processes that fork, exec and are killed in the middle of calls, descriptors that are moved and closed, signals, and
 * arguments that mean nothing. Every socket goes on to serve as before. */
#include "checks.h"

#define WILD ((void *)0x10)

/* serves: what is sent comes back. */
static int serves(int s)
{
	char b[10];
	return send(s, "still", 5, MSG_NOSIGNAL) == 5 && recv(s, b, sizeof b, 0) == 5 && !memcmp(b, "still", 5);
}

static void *receives(void *fd)
{
	char b[10];
	return (void *)(long)recv(*(int *)fd, b, sizeof b, 0);
}

static void forking(char *self)
{
	int s = dial(ECHO), i;
	pthread_t th;
	void *r;
	char number[16], *args[] = {self, "child", number, 0};
	pid_t p;

	pthread_create(&th, 0, receives, &s);
	pause_ms(30);
	if (!(p = fork()))
		_exit(send(s, "fork", 4, 0) != 4);
	CHECK("a child of a process that waits", ended(p) == 0);
	pthread_join(th, &r);
	CHECK("sends what its parent receives", (long)r == 4);
	sprintf(number, "%d", s);
	if (!(p = fork())) {
		pthread_create(&th, 0, receives, &s);
		pause_ms(30);
		execv(self, args);
		_exit(9);
	}
	CHECK("exec while a thread waits takes nothing away", ended(p) == 0);
	for (i = 0; i < 20; i++) {
		if (!(p = fork())) {
			receives(&s);
			_exit(9);
		}
		pause_ms(i % 4);
		kill(p, SIGKILL);
		CHECK("killed while it waits", ended(p) == 1000 + SIGKILL && serves(s));
	}
	close(s);
}

static int exec_child(int s)
{
	alarm(10);
	return !serves(s);
}

static void descriptors(void)
{
	int s = dial(ECHO), other, saved[3], i, high;
	char b[10];

	fflush(stdout);
	for (i = 0; i < 3; i++)
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 50);
	for (i = 0; i < 3; i++)
		dup2(s, i);
	i = write(1, "one", 3) == 3 && read(0, b, 10) == 3 && write(2, "two", 3) == 3 && recv(1, b, 10, 0) == 3;
	for (int k = 0; k < 3; k++) {
		dup2(saved[k], k);
		close(saved[k]);
	}
	CHECK("on 0 to 2", i);
	high = fcntl(s, F_DUPFD, 900);
	CHECK("on a high one", high >= 900 && serves(high));
	CHECK("close_range", syscall(SYS_close_range, s, s, 0) == 0);
	FAILS("what it closed", send(s, "x", 1, 0), EBADF);
	CHECK("its duplicate", serves(high));
	CHECK("close_range sets FD_CLOEXEC", syscall(SYS_close_range, high, high, 4) == 0 && fcntl(high, F_GETFD) == FD_CLOEXEC && serves(high));
	other = dial(ECHO);
	CHECK("one over another", dup2(other, high) == high && serves(high) && serves(other));
	close(other);
	CHECK("the last of two", serves(high));
	CHECK("dup3", dup3(high, 901, O_CLOEXEC) == 901 && serves(901));
	FAILS("dup3 onto itself", dup3(high, high, 0), EINVAL);
	close(901);
	close(high);
	for (i = 0; i < 200; i++) {
		other = stream(SOCK_CLOEXEC);
		CHECK("made and closed", other >= 0 && close(other) == 0);
	}
}

static void handler(int sig) { (void)sig; }

static volatile int kicking;

static void *kicks(void *th)
{
	do {
		pause_ms(30);
		pthread_kill(*(pthread_t *)th, SIGUSR1);
	} while (kicking);
	return 0;
}

static void interrupted(void)
{
	struct sigaction a = {.sa_handler = handler};
	int s = dial(ECHO), l = serve_at(7300), v = 4096, k = 0;
	pthread_t self = pthread_self(), th;
	char b[10], big[4096] = {0};
	struct msghdr m = {.msg_iov = &(struct iovec){b, sizeof b}, .msg_iovlen = 1};
	struct mmsghdr many[2] = {{m}, {m}};

	sigaction(SIGUSR1, &a, 0);
#define INTERRUPTED(what, call) (pthread_create(&th, 0, kicks, &self), errno = 0, k = (call), CHECK(what, k == -1 && errno == EINTR), pthread_join(th, 0))
	INTERRUPTED("recv", recv(s, b, 10, 0));
	INTERRUPTED("read", read(s, b, 10));
	INTERRUPTED("recvmsg", recvmsg(s, &m, 0));
	INTERRUPTED("recvmmsg", recvmmsg(s, many, 2, 0, 0));
	INTERRUPTED("accept", accept(l, 0, 0));
	INTERRUPTED("accept4", accept4(l, 0, 0, SOCK_NONBLOCK));
	INTERRUPTED("poll", poll(&(struct pollfd){s, POLLIN, 0}, 1, -1));
	close(s);
	s = stream(0);
	setsockopt(s, SOL_SOCKET, SO_SNDBUF, &v, sizeof v);
	join(s, 7300);
	k = accept(l, 0, 0);
	setsockopt(k, SOL_SOCKET, SO_RCVBUF, &v, sizeof v);
	kicking = 1;
	pthread_create(&th, 0, kicks, &self);
	while (send(s, big, sizeof big, 0) == sizeof big) /* until there is no room */
		;
	CHECK("send", errno == EINTR);
	kicking = 0;
	pthread_join(th, 0);
	close(k);
	close(s);
	close(l);
}

static void arguments(void)
{
	int s = dial(ECHO), v = 1, i;
	char b[64], control[64];
	socklen_t len;
	struct iovec io = {b, sizeof b}, none = {0, 0}, halves[2] = {{b, 2}, {WILD, 4}};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1, .msg_control = WILD, .msg_controllen = 64};
	struct mmsghdr many[3] = {{m}, {m}, {m}};
	struct timespec quick = {0, 50000000}, wrong = {0, 2000000000};
	static struct iovec pieces[1025];

	setsockopt(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &v, sizeof v);
	send(s, "data", 4, 0);
	FAILS("control data to nowhere", recvmsg(s, &m, 0), EFAULT);
	FAILS("the data have arrived", recv(s, b, sizeof b, MSG_DONTWAIT), EAGAIN);
	send(s, "data", 4, 0);
	m.msg_control = control;
	m.msg_controllen = 5;
	CHECK("too little room for it", recvmsg(s, &m, 0) == 4 && m.msg_flags & MSG_CTRUNC);
	m.msg_controllen = 0;
	m.msg_iov = halves;
	m.msg_iovlen = 2;
	send(s, "data", 4, 0);
	shows(s, POLLIN, 1000);
	FAILS("half a message to nowhere", recvmsg(s, &m, 0), EFAULT);
	m.msg_iov = &io;
	m.msg_iovlen = 1;
	CHECK("which is not lost", recvmsg(s, &m, 0) == 4);
	for (i = 0; i < 1025; i++)
		pieces[i] = (struct iovec){b + i % 64, 1};
	CHECK("as many pieces as there may be", writev(s, pieces, 1024) == 1024);
	CHECK("are one message", readv(s, pieces, 1024) == 1024);
	FAILS("more than that", readv(s, pieces, 1025), EINVAL);
	m.msg_iov = pieces;
	m.msg_iovlen = 1025;
	FAILS("of a message", recvmsg(s, &m, MSG_DONTWAIT), EMSGSIZE);
	m.msg_iov = &none;
	m.msg_iovlen = 0;
	FAILS("a message of nothing", sendmsg(s, &m, 0), EINVAL);
	FAILS("ancillary data that ends early", (m.msg_iov = &io, m.msg_iovlen = 1, m.msg_control = memset(control, 0, 64), m.msg_controllen = 20,
		((struct cmsghdr *)control)->cmsg_len = 200, ((struct cmsghdr *)control)->cmsg_level = IPPROTO_SCTP, sendmsg(s, &m, 0)), EINVAL);
	for (i = 0; i < 3; i++)
		many[i].msg_hdr.msg_control = 0, many[i].msg_hdr.msg_controllen = 0;
	FAILS("recvmmsg for a time that is none", recvmmsg(s, many, 3, 0, &wrong), EINVAL);
	FAILS("a time nowhere", recvmmsg(s, many, 3, 0, WILD), EFAULT);
	send(s, "one", 3, 0);
	quick.tv_nsec = 0;
	CHECK("recvmmsg looks at the time after each message", recvmmsg(s, many, 3, 0, &quick) == 1 && many[0].msg_len == 3);
	quick.tv_sec = 5;
	send(s, "one", 3, 0);
	send(s, "two", 3, 0);
	send(s, "three", 5, 0);
	CHECK("and tells what is left", recvmmsg(s, many, 3, 0, &quick) == 3 && quick.tv_sec == 4 && many[2].msg_len == 5);
	FAILS("no errors queue", recv(s, b, sizeof b, MSG_ERRQUEUE), EAGAIN);
	len = 0;
	FAILS("an option without room", getsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, &len), EINVAL);
	FAILS("an option too short", setsockopt(s, IPPROTO_SCTP, SCTP_RTOINFO, b, 3), EINVAL);
	FAILS("an option that is none", setsockopt(s, IPPROTO_SCTP, 9999, b, 4), ENOPROTOOPT);
	FAILS("a level that is none", setsockopt(s, 9999, 1, b, 4), ENOPROTOOPT);
	CHECK("after all that", serves(s));
	close(s);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return exec_child(atoi(argv[2]));
	alarm(60);
	forking(argv[0]);
	descriptors();
	interrupted();
	arguments();
	return verdict();
}
