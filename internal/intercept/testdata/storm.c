/* Signals at every point: messages go to and fro under a timer of 5 kHz. Argument: SA_RESTART or not, rounds. */
#include "checks.h"

static void handler(int sig) { (void)sig; }

int main(int argc, char **argv)
{
	int restart = atoi(argv[1]), rounds = atoi(argv[2]), i, s, interrupted = 0, e;
	struct sigaction a = {.sa_handler = handler, .sa_flags = restart ? SA_RESTART : 0};
	struct itimerval fast = {{0, 200}, {0, 200}}, off = {{0, 0}, {0, 0}};
	char out[1024] = {0}, in[1024];
	socklen_t len;

	(void)argc;
	alarm(60);
	s = dial(ECHO);
	sigaction(SIGPROF, &a, 0);
	sigaction(SIGALRM, &a, 0);
	setitimer(ITIMER_REAL, &fast, 0);
	for (i = 0; i < rounds; i++) {
		int n;
		memcpy(out, &i, sizeof i);
		while ((n = send(s, out, sizeof out, 0)) < 0 && errno == EINTR)
			interrupted++;
		CHECK("a message is sent", n == sizeof out);
		while ((n = recv(s, in, sizeof in, 0)) < 0 && errno == EINTR)
			interrupted++;
		CHECK("and received, that one", n == sizeof in && !memcmp(in, out, sizeof in));
		len = sizeof e;
		while (getsockopt(s, SOL_SOCKET, SO_ERROR, &e, &len) < 0 && errno == EINTR)
			interrupted++;
	}
	setitimer(ITIMER_REAL, &off, 0);
	FAILS("none is there twice", recv(s, in, sizeof in, MSG_DONTWAIT), EAGAIN);
	CHECK("SA_RESTART hides the signals", !restart || interrupted == 0);
	return verdict();
}
