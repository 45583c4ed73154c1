/* Runs a program with peers that listen as those of fake_test.go do, for stacks that have none: an echo and a sink. Ports begin at PORTS. */
#include "checks.h"
#include <sys/prctl.h>

static int echoing;

static void *echoes(void *fd)
{
	int s = (int)(long)fd, n;
	char *b = malloc(1 << 17);

	while ((n = recv(s, b, 1 << 17, 0)) > 0 && send(s, b, n, MSG_NOSIGNAL) == n)
		;
	close(s);
	free(b);
	return 0;
}

static void *takes(void *fd)
{
	int s = (int)(long)fd;
	static char b[1 << 17];

	while (recv(s, b, sizeof b, 0) > 0)
		;
	close(s);
	return 0;
}

static void *serves(void *fd)
{
	int l = (int)(long)fd, s, echo = l == echoing;
	pthread_t th;
	pthread_attr_t small;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED);
	while ((s = accept(l, 0, 0)) >= 0)
		if (pthread_create(&th, &small, echo ? echoes : takes, (void *)(long)s))
			close(s);
	return 0;
}

int main(int argc, char **argv)
{
	int sink = serve_at(SINK);
	pthread_t th;

	(void)argc;
	echoing = serve_at(ECHO);
	listen(echoing, 600);
	if (!fork()) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_create(&th, 0, serves, (void *)(long)sink);
		serves((void *)(long)echoing);
		_exit(1);
	}
	close(sink);
	close(echoing);
	execv(argv[1], argv + 1);
	perror(argv[1]);
	return 2;
}
