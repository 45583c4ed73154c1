// A server on port 4444 with a thread for each client, and a client that sends it five messages:
//
//	five serve ADDRESS [PORT]
//	five send ADDRESS [PORT]
#include <pthread.h>

#include "common.h"

enum { messages = 5 };

static void *answer(void *p)
{
	int c = (long)p;
	char text[64];
	long n;
	while ((n = recv(c, text, sizeof text, 0)) > 0)
		must(send(c, text, n, 0), "send");
	puts("client left");
	fflush(stdout);
	close(c);
	return NULL;
}

static void serve(int s)
{
	for (;;) {
		pthread_t t;
		long c = must(accept(s, NULL, NULL), "accept");
		puts("client came");
		fflush(stdout);
		must(-pthread_create(&t, NULL, answer, (void *)c), "pthread_create");
		pthread_detach(t);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	const char *port = argc > 3 ? argv[3] : "4444";
	if (!strcmp(argv[1], "serve"))
		serve(listener(SOCK_STREAM, argv[2], port, NULL));

	int s = connected(argv[2], port, NULL);
	for (int i = 1; i <= messages; i++) {
		char text[64], back[64];
		int n = sprintf(text, "this is message %d", i);
		must(send(s, text, n, 0), "send");
		long m = must(recv(s, back, sizeof back, 0), "recv");
		printf("message %d of %d %s\n", i, messages, m == n && !memcmp(text, back, n) ? "OK" : "differs");
	}
	close(s);
	return 0;
}
