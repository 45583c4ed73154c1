/* thousand HOW PORT N: N connections at a time to an echo server, in two processes. HOW is how the server waits: a thread for each connection,
   epoll, or one socket for all. */
#include "checks.h"

static int echo(int s)
{
	char b[64];
	int n = recv(s, b, sizeof b, 0);

	return n > 0 && send(s, b, n, 0) == n;
}

static void *connection(void *arg)
{
	int s = (long)arg;

	while (echo(s))
		;
	close(s);
	return 0;
}

static void threads(int l, int n)
{
	pthread_t *all = malloc(n * sizeof *all);
	pthread_attr_t small;
	int i;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 1 << 16);
	for (i = 0; i < n; i++)
		if (pthread_create(&all[i], &small, connection, (void *)(long)accept(l, 0, 0)))
			_exit(1);
	for (i = 0; i < n; i++)
		pthread_join(all[i], 0);
}

static void events(int l, int n)
{
	int e = epoll_create1(0), open = 0, i, k, s;
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = l}, got[64];

	epoll_ctl(e, EPOLL_CTL_ADD, l, &ev);
	while (n > 0 || open > 0) {
		k = epoll_wait(e, got, 64, -1);
		for (i = 0; i < k; i++) {
			s = got[i].data.fd;
			if (s == l) {
				ev.data.fd = accept(l, 0, 0);
				epoll_ctl(e, EPOLL_CTL_ADD, ev.data.fd, &ev);
				open++;
				n--;
			} else if (!echo(s)) {
				close(s);
				open--;
			}
		}
	}
}

/* One socket: associations come up and end without a call. */
static void one(int l, int n)
{
	struct sctp_event_subscribe on = {.sctp_association_event = 1};
	struct sockaddr_in from;
	char b[1024];
	int got, flags;
	struct sctp_sndrcvinfo info;

	setsockopt(l, IPPROTO_SCTP, SCTP_EVENTS, &on, sizeof on);
	while (n > 0) {
		socklen_t len = sizeof from;

		flags = 0;
		got = sctp_recvmsg(l, b, sizeof b, (struct sockaddr *)&from, &len, &info, &flags);
		if (got < 0)
			_exit(1);
		if (!(flags & MSG_NOTIFICATION))
			sendto(l, b, got, 0, (struct sockaddr *)&from, len);
		else if (((union sctp_notification *)b)->sn_assoc_change.sac_state == SCTP_SHUTDOWN_COMP)
			n--;
	}
}

/* What a process has in memory, in KiB. */
static long resident(int pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		sscanf(line, "VmRSS: %ld", &kb);
	if (f)
		fclose(f);
	return kb;
}

int main(int argc, char **argv)
{
	const char *how = argv[1];
	int port = atoi(argv[2]), n = atoi(argv[3]), type = strcmp(how, "one") ? SOCK_STREAM : SOCK_SEQPACKET, l, i, bad = 0, status = 0;
	struct sockaddr_in a = at(port);
	struct rlimit limit;
	int *all = malloc(n * sizeof *all);
	long before;
	pid_t p;

	if (argc != 4)
		return 2;
	alarm(60);
	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
	l = socket(AF_INET, type, IPPROTO_SCTP);
	CHECK("bind", bind(l, (struct sockaddr *)&a, sizeof a) == 0);
	CHECK("listen", listen(l, 1000) == 0);
	if (!(p = fork())) {
		if (!strcmp(how, "threads"))
			threads(l, n);
		else if (!strcmp(how, "epoll"))
			events(l, n);
		else
			one(l, n);
		_exit(0);
	}
	close(l);
	before = resident(getppid());
	for (i = 0; i < n; i++) {
		all[i] = socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP);
		bad += connect(all[i], (struct sockaddr *)&a, sizeof a) != 0;
	}
	CHECK("all are connected", bad == 0);
	printf("%ld KiB of the supervisor's for each connection\n", (resident(getppid()) - before) / n);
	for (i = 0; i < n; i++)
		bad += send(all[i], &i, sizeof i, 0) != sizeof i;
	CHECK("all have sent", bad == 0);
	for (i = 0; i < n; i++) {
		int back = -1;

		bad += recv(all[i], &back, sizeof back, 0) != sizeof back || back != i;
	}
	CHECK("each has its own back", bad == 0);
	for (i = 0; i < n; i++)
		close(all[i]);
	CHECK("the server sees all ends", waitpid(p, &status, 0) == p && status == 0);
	return verdict();
}
