// libsctp's functions on a one-to-many socket: addresses added to a bound socket, an association to several addresses, messages with their
// ancillary data in structs, an association that is taken out into a socket of its own.
//
//	many serve PORT ADDRESS...
//	many ask PORT ADDRESS...
#include "common.h"

enum { stream = 3, ppid = 77 };

static struct sockaddr *addresses(int count, char **texts, const char *port)
{
	char *all = calloc(count, sizeof(struct sockaddr_in6)), *end = all;
	for (int i = 0; i < count; i++) {
		struct sockaddr_storage a;
		socklen_t len = address(&a, texts[i], port);
		memcpy(end, &a, len);
		end += len;
	}
	return (struct sockaddr *)all;
}

static int endpoint(int family)
{
	int s = must(socket(family, SOCK_SEQPACKET, IPPROTO_SCTP), "socket"), on = 1;
	must(setsockopt(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on), "SCTP_RECVRCVINFO");
	return s;
}

// receive reads a message, prints what came with it and returns its association.
static sctp_assoc_t receive(int s)
{
	char text[64];
	struct iovec v = {text, sizeof text};
	struct sctp_rcvinfo about = {0};
	socklen_t len = sizeof about, none = 0;
	unsigned type = 0;
	int flags = 0;
	long n = must(sctp_recvv(s, &v, 1, NULL, &none, &about, &len, &type, &flags), "sctp_recvv");
	printf("%.*s on %d for %u%s%s\n", (int)n, text, about.rcv_sid, ntohl(about.rcv_ppid), type == SCTP_RECVV_RCVINFO ? "" : " uninformed",
	       flags & MSG_EOR ? "" : " torn");
	fflush(stdout);
	return about.rcv_assoc_id;
}

static void sendv(int s, sctp_assoc_t id, const char *text)
{
	struct iovec v[] = {{(void *)text, 2}, {(void *)(text + 2), strlen(text) - 2}};
	struct sctp_sndinfo about = {.snd_sid = stream, .snd_ppid = htonl(ppid), .snd_assoc_id = id};
	must(sctp_sendv(s, v, 2, NULL, 0, &about, sizeof about, SCTP_SENDV_SNDINFO, 0), "sctp_sendv");
}

static int serve(int s)
{
	sctp_assoc_t id = receive(s);
	int one = must(sctp_peeloff(s, id), "sctp_peeloff");
	struct sockaddr *peers;
	printf("peer has %d addresses\n", (int)must(sctp_getpaddrs(one, 0, &peers), "sctp_getpaddrs"));
	sctp_freepaddrs(peers);
	sendv(one, 0, "answer");
	close(one);
	puts("end");
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int count = argc - 3;
	struct sockaddr *all = addresses(count, argv + 3, argv[2]);
	int s = endpoint(all->sa_family);
	if (!strcmp(argv[1], "serve")) {
		must(sctp_bindx(s, all, count, SCTP_BINDX_ADD_ADDR), "sctp_bindx");
		must(listen(s, 1), "listen");
		struct sockaddr *ours;
		printf("listening at %d\n", (int)must(sctp_getladdrs(s, 0, &ours), "sctp_getladdrs"));
		sctp_freeladdrs(ours);
		fflush(stdout);
		return serve(s);
	}
	sctp_assoc_t id = 0;
	must(sctp_connectx(s, all, count, &id), "sctp_connectx");
	sendv(s, id, "question");
	printf("same association %d\n", receive(s) == id);
	close(s);
	return 0;
}
