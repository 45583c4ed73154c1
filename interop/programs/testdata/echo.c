// The smallest pair of a server and a client, which differ from TCP's in the number of the protocol only:
//
//	echo serve ADDRESS PORT          one message from each client, and back
//	echo ask ADDRESS PORT TEXT
#include "common.h"

static void serve(int s)
{
	for (;;) {
		char text[1024];
		struct sockaddr_storage from;
		socklen_t len = sizeof from;
		int c = must(accept(s, (void *)&from, &len), "accept");
		long n = must(read(c, text, sizeof text), "read");
		printf("got %.*s\n", (int)n, text);
		fflush(stdout);
		must(write(c, text, n), "write");
		close(c);
	}
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "serve"))
		serve(listener(SOCK_STREAM, argv[2], argv[3], NULL));
	if (argc != 5)
		return 2;
	char text[1024];
	int s = connected(argv[2], argv[3], NULL);
	must(write(s, argv[4], strlen(argv[4])), "write");
	long n = must(read(s, text, sizeof text), "read");
	printf("echo %.*s\n", (int)n, text);
	close(s);
	return 0;
}
