/* Sockets and processes: fork, exec, daemons, many descriptors. */
#include "checks.h"

extern char **environ;

static int child(int fd)
{
	char b[10];
	return !(write(fd, "exec", 4) == 4 && read(fd, b, 10) == 4);
}

static void programs(char *self)
{
	int s = dial(ECHO);
	char number[16], *args[] = {self, "child", number, 0};
	pid_t p;

	sprintf(number, "%d", s);
	posix_spawn(&p, self, 0, 0, args, environ);
	CHECK("posix_spawn passes the socket on", ended(p) == 0);
	if (!(p = vfork())) {
		execv(self, args);
		_exit(9);
	}
	CHECK("vfork and exec", ended(p) == 0);
	fcntl(s, F_SETFD, FD_CLOEXEC);
	if (!(p = fork())) {
		execv(self, args);
		_exit(9);
	}
	CHECK("FD_CLOEXEC", ended(p) == 1);
	close(s);
}

static void rebinding(int by_option)
{
	int i, in_use = 0;

	for (i = 0; i < 500; i++) {
		int s = stream(0);
		struct sockaddr_in a = at(7100);
		in_use += by_option ? sctp_bindx(s, (struct sockaddr *)&a, 1, SCTP_BINDX_ADD_ADDR) != 0 : bind(s, (struct sockaddr *)&a, sizeof a) != 0;
		in_use += listen(s, 5) != 0;
		close(s);
	}
	CHECK("a port is free when its socket is closed", in_use == 0);
}

static void refusing(void)
{
	int i, refused = 0;

	for (i = 0; i < 500; i++) {
		int s = stream(0), c = stream(0);
		struct sockaddr_in a = at(7101);
		bind(s, (struct sockaddr *)&a, sizeof a);
		listen(s, 5);
		close(s);
		refused += connect(c, (struct sockaddr *)&a, sizeof a) == -1 && errno == ECONNREFUSED;
		close(c);
	}
	CHECK("nobody connects to a socket that was closed", refused == 500);
}

static void descriptors(void)
{
	static int files[700], sockets[600];
	int n, m = 0, s, other;
	char b[10];
	struct rlimit limit = {256, 0}, had;

	getrlimit(RLIMIT_NOFILE, &had);
	for (n = 0; n < 700 && (files[n] = open("/dev/zero", O_RDONLY)) >= 0; n++)
		;
	CHECK("files in the range of sockets", n == 700 && read(files[n - 1], b, 10) == 10);
	s = dial(ECHO);
	CHECK("sockets among them", write(s, "deep", 4) == 4 && read(s, b, 10) == 4);
	close(s);
	while (n > 0)
		close(files[--n]);
	while (m < 600 && (sockets[m] = dial(ECHO)) >= 0)
		m++;
	s = sockets[m - 1];
	CHECK("600 sockets", m == 600 && write(s, "many", 4) == 4 && read(s, b, 10) == 4);
	other = sockets[10];
	close(other);
	CHECK("a closed one's number is used again", (pause_ms(100), sockets[10] = dial(ECHO)) == other);
	while (m > 0)
		close(sockets[--m]);
	limit.rlim_max = had.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	s = dial(ECHO);
	CHECK("a soft limit is no obstacle", s >= 0 && write(s, "x", 1) == 1 && read(s, b, 10) == 1);
	close(s);
}

/* A socket both of whose directions have ended is given back by its close like any other. */
static void endings(void)
{
	int i, s = -1, first = dial(ECHO), highest = 0;

	close(first);
	for (i = 0; i < 50; i++) {
		s = dial(ECHO);
		shutdown(s, SHUT_WR);
		shows(s, POLLIN, 10); /* the end, where poll shows it */
		highest = s > highest ? s : highest;
		close(s);
		pause_ms(2);
	}
	CHECK("numbers are given back", highest < first + 40);
}

/* A child takes half of what comes, and the parent the rest: the call of each is its own. */
static void forking(void)
{
	int s = dial(ECHO), i, got = 0;
	char b[10];
	pid_t p[20];

	for (i = 0; i < 20; i++) {
		if (!(p[i] = fork())) {
			b[0] = (char)i;
			send(s, b, 1, 0);
			_exit(recv(s, b, 10, 0) != 1);
		}
	}
	for (i = 0; i < 20; i++)
		got += ended(p[i]) == 0;
	CHECK("twenty children, twenty messages", got == 20);
	FAILS("and nothing is left", recv(s, b, 10, MSG_DONTWAIT), EAGAIN);
	close(s);
}

struct caller {
	int fd;
	volatile pid_t tid;
	int result, error;
};

static void *accepts(void *p)
{
	struct caller *c = p;
	c->tid = gettid();
	c->result = accept(c->fd, 0, 0);
	c->error = errno;
	return 0;
}

/* Calls are taken in order: when a later one has its answer, the thread's is known to the supervisor. */
static void until_it_waits(struct caller *c)
{
	char path[64], line[256] = "", wanted[32];
	struct sockaddr_in a;
	socklen_t length = sizeof a;

	sprintf(wanted, "%d ", SYS_accept);
	while (strncmp(line, wanted, strlen(wanted))) {
		sched_yield();
		sprintf(path, "/proc/self/task/%d/syscall", c->tid);
		int fd = open(path, O_RDONLY);
		ssize_t n = read(fd, line, sizeof line - 1);
		line[n > 0 ? n : 0] = 0;
		close(fd);
	}
	getsockname(c->fd, (struct sockaddr *)&a, &length);
}

static void closing(void)
{
	struct caller c = {.fd = serve_at(7102)};
	pthread_t thread;
	int s;
	pid_t p;

	pthread_create(&thread, 0, accepts, &c);
	until_it_waits(&c);
	close(c.fd);
	FAILS("a call on the closed descriptor", accept(c.fd, 0, 0), EBADF);
	CHECK("its port is in use as long as a call waits", join(s = stream(0), 7102) == 0);
	pthread_join(thread, 0);
	CHECK("who waited when it was closed gets what came", c.result >= 0);
	close(s);
	close(c.result);
	FAILS("then it is closed", join(s = stream(0), 7102), ECONNREFUSED);
	close(s);
	if (!(p = fork())) {
		c.fd = serve_at(7102);
		pthread_create(&thread, 0, accepts, &c);
		until_it_waits(&c);
		close(c.fd);
		_exit(0);
	}
	CHECK("the end of a process ends its calls", ended(p) == 0);
	for (s = stream(0); join(s, 7102) == 0; s = stream(0))
		close(s);
	CHECK("and closes what they used", errno == ECONNREFUSED);
	close(s);
}

static void daemons(void)
{
	int l = serve_at(7101), s;
	char b[10];
	pid_t p = fork();

	if (!p) {
		setsid();
		if (fork())
			_exit(0);
		pause_ms(200);
		s = accept(l, 0, 0);
		write(s, "daemon", 6);
		_exit(0);
	}
	ended(p);
	close(l);
	s = dial(7101);
	CHECK("a daemon serves", read(s, b, 10) == 6);
	close(s);
}

int main(int argc, char **argv)
{
	if (argc > 2)
		return child(atoi(argv[2]));
	alarm(60);
	programs(argv[0]);
	rebinding(0);
	rebinding(1);
	refusing();
	descriptors();
	endings();
	forking();
	closing();
	daemons();
	return verdict();
}
