/* A server and a client of one tree or of two, on whatever stack there is: argument "both", "server" or "client", and the port. */
#include "checks.h"

enum { ROUNDS = 200 };

static void server(int l)
{
	int s = accept(l, 0, 0), n, i;
	static char b[65536];

	CHECK("accept", s > 0);
	for (i = 0; i < ROUNDS; i++) {
		n = recv(s, b, sizeof b, 0);
		CHECK("a message is echoed", n > 0 && send(s, b, n, 0) == n);
	}
	CHECK("the end", recv(s, b, sizeof b, 0) == 0);
	close(s);
	close(l);
}

static void client(int port)
{
	int s, i, e = epoll_create1(0);
	static char out[40000], in[65536];
	struct epoll_event want = {.events = EPOLLIN | EPOLLRDHUP | EPOLLET}, got;
	struct sockaddr_in a;
	socklen_t len = sizeof a;

	for (i = 0; i < 100; i++) { /* the server may not be there yet */
		s = stream(0);
		if (join(s, port) == 0)
			break;
		close(s);
		pause_ms(20);
	}
	CHECK("connect", i < 100);
	CHECK("the peer", getpeername(s, (struct sockaddr *)&a, &len) == 0 && ntohs(a.sin_port) == port);
	epoll_ctl(e, EPOLL_CTL_ADD, s, &want);
	fcntl(s, F_SETFL, O_NONBLOCK);
	for (i = 0; i < ROUNDS; i++) {
		int size = 1 + i * 190;
		memset(out, 'a' + i % 26, size);
		CHECK("a message is sent", send(s, out, size, 0) == size);
		CHECK("an edge", epoll_wait(e, &got, 1, 5000) == 1);
		CHECK("it comes back whole", recv(s, in, sizeof in, 0) == size && !memcmp(in, out, size));
		FAILS("and alone", recv(s, in, sizeof in, 0), EAGAIN);
	}
	close(s);
	close(e);
}

int main(int argc, char **argv)
{
	int port = argc > 2 ? atoi(argv[2]) : 0, l;
	pid_t p;

	alarm(40);
	if (!strcmp(argv[1], "client")) {
		client(port);
		return verdict();
	}
	l = serve_at(port);
	if (!strcmp(argv[1], "server")) {
		server(l);
		return verdict();
	}
	if (!(p = fork())) {
		close(l);
		client(port);
		_exit(verdict());
	}
	server(l);
	CHECK("the client is content", ended(p) == 0);
	return verdict();
}
