// What the programs of this directory share: addresses from arguments, and a loud end when a call fails.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/sctp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef TRANSPORT
#define TRANSPORT IPPROTO_SCTP
#endif

// must ends the program unless the call's answer n is good.
static inline long must(long n, const char *call)
{
	if (n < 0) {
		perror(call);
		exit(1);
	}
	return n;
}

// address makes a socket address of an IPv4 or IPv6 one in text, and returns its length.
static inline socklen_t address(struct sockaddr_storage *a, const char *text, const char *port)
{
	memset(a, 0, sizeof *a);
	struct sockaddr_in *v4 = (void *)a;
	struct sockaddr_in6 *v6 = (void *)a;
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(atoi(port));
		return sizeof *v4;
	}
	if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons(atoi(port));
		return sizeof *v6;
	}
	fprintf(stderr, "%s is no address\n", text);
	exit(2);
}

// listener makes a socket that listens at an address, and says so.
static inline int listener(int type, const char *text, const char *port, const struct sctp_initmsg *streams)
{
	struct sockaddr_storage a;
	socklen_t len = address(&a, text, port);
	int s = must(socket(a.ss_family, type, TRANSPORT), "socket");
	if (streams)
		must(setsockopt(s, IPPROTO_SCTP, SCTP_INITMSG, streams, sizeof *streams), "SCTP_INITMSG");
	must(bind(s, (void *)&a, len), "bind");
	must(listen(s, 5), "listen");
	puts("listening");
	fflush(stdout);
	return s;
}

// connected makes a one-to-one socket that is connected to an address.
static inline int connected(const char *text, const char *port, const struct sctp_initmsg *streams)
{
	struct sockaddr_storage a;
	socklen_t len = address(&a, text, port);
	int s = must(socket(a.ss_family, SOCK_STREAM, TRANSPORT), "socket");
	if (streams)
		must(setsockopt(s, IPPROTO_SCTP, SCTP_INITMSG, streams, sizeof *streams), "SCTP_INITMSG");
	must(connect(s, (void *)&a, len), "connect");
	return s;
}
