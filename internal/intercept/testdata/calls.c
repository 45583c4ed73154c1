/* Prints how many nanoseconds a call takes: which, how often. */
#include "checks.h"

/* A connection to a process that sends everything back. */
static int echo_process(int protocol)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof a;
	char b[64];
	int l = socket(AF_INET, SOCK_STREAM, protocol), s, n;

	if (bind(l, (struct sockaddr *)&a, len) || listen(l, 1) || getsockname(l, (struct sockaddr *)&a, &len))
		return -1;
	if (!fork()) {
		s = accept(l, 0, 0);
		while ((n = recv(s, b, sizeof b, 0)) > 0)
			send(s, b, n, 0);
		_exit(0);
	}
	close(l);
	s = socket(AF_INET, SOCK_STREAM, protocol);
	return connect(s, (struct sockaddr *)&a, len) ? -1 : s;
}

int main(int argc, char **argv)
{
	const char *what = argv[1];
	long rounds = atol(argv[2]), i;
	int s = -1, pair[2], v;
	socklen_t len;
	static char b[1024];
	struct iovec io = {b, sizeof b};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
	double began;
#define IS(name) (!strcmp(what, name))

	(void)argc;
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	if (IS("tcp-echo")) {
		s = socket(AF_INET, SOCK_STREAM, 0);
		join(s, ECHO);
	} else if (IS("getsockopt") || IS("echo") || IS("echo-msg")) {
		s = dial(ECHO);
	} else if (IS("send") || IS("sendmsg")) {
		s = dial(SINK);
	} else if (IS("ping")) {
		s = echo_process(IPPROTO_SCTP);
	} else if (IS("ping-tcp")) {
		s = echo_process(IPPROTO_TCP);
	}
	began = now();
	for (i = 0; i < rounds; i++) {
		int ok = 1;
		len = sizeof v;
		if (IS("none"))
			syscall(SYS_getppid);
		else if (IS("open"))
			ok = !close(open("/dev/null", O_RDONLY));
		else if (IS("pair"))
			ok = write(pair[0], b, sizeof b) > 0 && read(pair[1], b, sizeof b) > 0;
		else if (IS("foreign"))
			ok = !getsockopt(pair[0], SOL_SOCKET, SO_TYPE, &v, &len);
		else if (IS("getsockopt"))
			ok = !getsockopt(s, SOL_SOCKET, SO_TYPE, &v, &len);
		else if (IS("send"))
			ok = send(s, b, sizeof b, 0) > 0;
		else if (IS("sendmsg"))
			ok = sendmsg(s, &m, 0) > 0;
		else if (IS("echo") || IS("tcp-echo"))
			ok = send(s, b, sizeof b, 0) > 0 && recv(s, b, sizeof b, MSG_WAITALL) > 0;
		else if (IS("echo-msg"))
			ok = sendmsg(s, &m, 0) > 0 && recvmsg(s, &m, 0) > 0;
		else if (IS("ping") || IS("ping-tcp"))
			ok = send(s, b, 64, 0) == 64 && recv(s, b, 64, 0) == 64;
		else if (IS("socket"))
			ok = (v = stream(0)) >= 0 && !close(v);
		if (!ok) {
			perror(what);
			return 1;
		}
	}
	printf("%.0f\n", (now() - began) * 1e9 / rounds);
	return 0;
}
