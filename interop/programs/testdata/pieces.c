// A reader that puts long messages together from what each call returns, until MSG_EOR says that one is complete:
//
//	pieces serve ADDRESS PORT
//	pieces send ADDRESS PORT SIZE...    a message of each size
#include "common.h"

static int mark(long i) { return (i * 31 + 7) % 251; }

// message reads a whole one in pieces, and returns its length, or 0 at the end.
static long message(int s, char **data, int *pieces)
{
	enum { piece = 4096 };
	long n = 0;
	for (*pieces = 0;; ++*pieces) {
		int flags = 0;
		struct sctp_sndrcvinfo about;
		*data = realloc(*data, n + piece);
		long more = must(sctp_recvmsg(s, *data + n, piece, NULL, NULL, &about, &flags), "sctp_recvmsg");
		if (more == 0)
			return 0;
		n += more;
		if (flags & MSG_EOR) {
			++*pieces;
			return n;
		}
	}
}

static int serve(int s)
{
	int c = must(accept(s, NULL, NULL), "accept"), pieces;
	char *data = NULL;
	for (long n; (n = message(c, &data, &pieces)) > 0;) {
		long wrong = 0;
		for (long i = 0; i < n; i++)
			wrong += (unsigned char)data[i] != mark(i);
		printf("message of %ld in %d, %ld wrong\n", n, pieces, wrong);
	}
	puts("end");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	if (!strcmp(argv[1], "serve"))
		return serve(listener(SOCK_STREAM, argv[2], argv[3], NULL));

	int s = connected(argv[2], argv[3], NULL);
	for (int k = 4; k < argc; k++) {
		long size = atol(argv[k]);
		char *data = malloc(size);
		for (long i = 0; i < size; i++)
			data[i] = mark(i);
		must(sctp_sendmsg(s, data, size, NULL, 0, 0, 0, 0, 0, 0), "sctp_sendmsg");
		free(data);
	}
	close(s);
	return 0;
}
