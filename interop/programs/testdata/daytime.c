// A daytime service with two streams: the local time comes on the first, Greenwich's on the second. The client asks which stream a message
// came on, and it is the client who leaves.
//
//	daytime serve ADDRESS PORT
//	daytime ask ADDRESS PORT
#include "common.h"

enum { local, greenwich };

static const struct sctp_initmsg streams = {.sinit_num_ostreams = 5, .sinit_max_instreams = 5, .sinit_max_attempts = 4};

static void tell(int c, int stream, struct tm *(*convert)(const time_t *))
{
	char text[64];
	time_t now = time(NULL);
	size_t n = strftime(text, sizeof text, "%F %T %Z", convert(&now));
	must(sctp_sendmsg(c, text, n, NULL, 0, 0, 0, stream, 0, 0), "sctp_sendmsg");
}

static void serve(int s)
{
	for (;;) {
		int c = must(accept(s, NULL, NULL), "accept");
		tell(c, local, localtime);
		tell(c, greenwich, gmtime);
		char none;
		must(read(c, &none, 1), "read");
		close(c);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	if (!strcmp(argv[1], "serve"))
		serve(listener(SOCK_STREAM, argv[2], argv[3], &streams));

	int s = connected(argv[2], argv[3], &streams);
	struct sctp_event_subscribe events = {.sctp_data_io_event = 1};
	must(setsockopt(s, IPPROTO_SCTP, SCTP_EVENTS, &events, sizeof events), "SCTP_EVENTS");
	struct sctp_status status;
	socklen_t len = sizeof status;
	must(getsockopt(s, IPPROTO_SCTP, SCTP_STATUS, &status, &len), "SCTP_STATUS");
	printf("streams in %d out %d\n", status.sstat_instrms, status.sstat_outstrms);
	for (int i = 0; i < 2; i++) {
		char text[64];
		struct sctp_sndrcvinfo about = {.sinfo_stream = 9};
		int flags = 0;
		long n = must(sctp_recvmsg(s, text, sizeof text, NULL, NULL, &about, &flags), "sctp_recvmsg");
		printf("%s %.*s\n", about.sinfo_stream == local ? "local" : "Greenwich", (int)n, text);
	}
	close(s);
	return 0;
}
