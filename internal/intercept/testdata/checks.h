/* What the checks share. A check that fails says where; the programs count them. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/sctp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int checked, wrong;

#define CHECK(what, ok) check(__FILE__, __LINE__, what, (ok) != 0)
/* FAILS is for a call that shall fail with an errno. */
#define FAILS(what, call, error) (errno = 0, CHECK(what, (call) == -1 && errno == (error)))

__attribute__((unused)) static void check(const char *file, int line, const char *what, int ok)
{
	checked++;
	if (!ok) {
		wrong++;
		printf("%s:%d: not so: %s (errno %d)\n", file, line, what, errno);
		fflush(stdout);
	}
}

__attribute__((unused)) static int verdict(void)
{
	printf("%d checked, %d wrong\n", checked, wrong);
	return wrong != 0;
}

/* Peers that always listen; fake_test.go has them, and peers.c the first two. */
enum { ECHO = 7, SINK = 8, SLOW = 9, LATER = 10, REFUSE = 11, SILENT = 12, DAYTIME = 13, NOBODY = 99 };

__attribute__((unused)) static struct sockaddr_in at(int port)
{
	const char *first = getenv("PORTS"); /* where ports begin, if several share them */
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port + (first ? atoi(first) : 0))};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

__attribute__((unused)) static int stream(int flags) { return socket(AF_INET, SOCK_STREAM | flags, IPPROTO_SCTP); }

__attribute__((unused)) static int join(int s, int port)
{
	struct sockaddr_in a = at(port);
	return connect(s, (struct sockaddr *)&a, sizeof a);
}

__attribute__((unused)) static int dial(int port)
{
	int s = stream(0);
	if (s < 0 || join(s, port) < 0) {
		perror("dial");
		exit(2);
	}
	return s;
}

__attribute__((unused)) static int serve_at(int port)
{
	int s = stream(0);
	struct sockaddr_in a = at(port);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) < 0 || listen(s, 8) < 0) {
		perror("serve_at");
		exit(2);
	}
	return s;
}

/* What poll shows, after at most so many milliseconds. */
__attribute__((unused)) static int shows(int fd, int events, int ms)
{
	struct pollfd p = {fd, events, 0};
	return poll(&p, 1, ms) < 0 ? -1 : p.revents;
}
#define ALL (POLLIN | POLLOUT | POLLRDHUP)

__attribute__((unused)) static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

__attribute__((unused)) static void pause_ms(int ms) { poll(0, 0, ms); }

__attribute__((unused)) static int socket_error(int s)
{
	int e = -1;
	socklen_t n = sizeof e;
	return getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &n) ? -1 : e;
}

/* Waits for a child and returns its exit code, or 1000 and the signal. */
__attribute__((unused)) static int ended(pid_t p)
{
	int st;
	if (waitpid(p, &st, 0) != p)
		return -1;
	return WIFSIGNALED(st) ? 1000 + WTERMSIG(st) : WEXITSTATUS(st);
}
