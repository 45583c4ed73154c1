/*
 * stack.h - the socket calls that the peer makes, the same for both stacks: with -DUSRSCTP they are usrsctp's,
 * otherwise the kernel's through libsctp.
 */
#ifndef STACK_H
#define STACK_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The UDP port of RFC 6951, used by both sides. */
#define ENCAPS_PORT 9899

#ifdef USRSCTP

#include <usrsctp.h>

typedef struct socket *sock;

/* FreeBSD's number; the header of usrsctp leaves it out. */
#ifndef SCTP_INTERLEAVING_SUPPORTED
#define SCTP_INTERLEAVING_SUPPORTED 0x00001206
#endif

/* What Linux calls otherwise. */
#define sn_authkey_event sn_auth_event
#define SCTP_STREAM_SCHEDULER SCTP_PLUGGABLE_SS
#define SCTP_STREAM_SCHEDULER_VALUE SCTP_SS_VALUE
#define SCTP_PR_SCTP_PRIO SCTP_PR_SCTP_BUF
#define SCTP_PR_SCTP_ALL 0x000f
#define SCHEDULERS {{"fcfs", SCTP_SS_FIRST_COME}, {"rr", SCTP_SS_ROUND_ROBIN}, {"rrp", SCTP_SS_ROUND_ROBIN_PACKET}, \
	{"prio", SCTP_SS_PRIORITY}, {"fc", SCTP_SS_FAIR_BANDWITH}}

/* Complete interleaving, which I-DATA takes (RFC 6458 section 8.1.20). */
#define FRAGMENT_INTERLEAVE 2

static inline void stack_init(int udp) { usrsctp_init(udp ? ENCAPS_PORT : 0, NULL, NULL); }
static inline sock stack_socket(int family) { return usrsctp_socket(family, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL); }
static inline int stack_failed(sock s) { return s == NULL; }
static inline int stack_option(sock s, int level, int name, const void *v, socklen_t n) { return usrsctp_setsockopt(s, level, name, v, n); }
static inline int stack_get_option(sock s, int level, int name, void *v, socklen_t *n) { return usrsctp_getsockopt(s, level, name, v, n); }
static inline int stack_bindx(sock s, struct sockaddr *a, int n) { return usrsctp_bindx(s, a, n, SCTP_BINDX_ADD_ADDR); }
static inline int stack_unbindx(sock s, struct sockaddr *a, int n) { return usrsctp_bindx(s, a, n, SCTP_BINDX_REM_ADDR); }
static inline int stack_bind(sock s, struct sockaddr *a, socklen_t n) { return usrsctp_bind(s, a, n); }
static inline int stack_connectx(sock s, struct sockaddr *a, int n) { return usrsctp_connectx(s, a, n, NULL); }
static inline int stack_listen(sock s) { return usrsctp_listen(s, 1); }
static inline sock stack_accept(sock s) { return usrsctp_accept(s, NULL, NULL); }
static inline int stack_shutdown(sock s) { return usrsctp_shutdown(s, SHUT_WR); }
static inline void stack_close(sock s) { usrsctp_close(s); }

static inline int stack_local_port(sock s)
{
	struct sockaddr *addrs;
	int port = 0;

	if (usrsctp_getladdrs(s, 0, &addrs) > 0) {
		port = ntohs(((struct sockaddr_in *)addrs)->sin_port);
		usrsctp_freeladdrs(addrs);
	}
	return port;
}

/* usrsctp has no primary path switchover. */
static inline int stack_switch(sock s)
{
	(void)s;
	errno = EOPNOTSUPP;
	return -1;
}

/* stack_finish leaves the process alive until the last association has said its last packet; the library offers no event
 * for that, only to be asked again. */
static inline void stack_finish(void)
{
	while (usrsctp_finish() != 0)
		usleep(2000);
}

static inline ssize_t stack_send(sock s, const void *data, size_t size, struct sctp_sndinfo *info, struct sctp_prinfo *pr, struct sctp_authinfo *key)
{
	struct sctp_sendv_spa how = {.sendv_flags = SCTP_SEND_SNDINFO_VALID, .sendv_sndinfo = *info};

	if (pr->pr_policy != SCTP_PR_SCTP_NONE) {
		how.sendv_flags |= SCTP_SEND_PRINFO_VALID;
		how.sendv_prinfo = *pr;
	}
	if (key) { /* the library refuses SCTP_SEND_AUTHINFO_VALID */
		struct sctp_authkeyid id = {.scact_keynumber = key->auth_keynumber};

		if (usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_AUTH_ACTIVE_KEY, &id, sizeof id) < 0)
			return -1;
	}
	return usrsctp_sendv(s, data, size, NULL, 0, &how, sizeof how, SCTP_SENDV_SPA, 0);
}

static inline ssize_t stack_receive(sock s, void *buf, size_t size, struct sctp_rcvinfo *info, int *flags)
{
	struct sockaddr_storage from;
	socklen_t from_size = sizeof from, info_size = sizeof *info;
	unsigned int type = 0;

	*flags = 0;
	return usrsctp_recvv(s, buf, size, (struct sockaddr *)&from, &from_size, info, &info_size, &type, flags);
}

#else

#include <linux/sctp.h>
/* libsctp's header repeats the kernel's, so its three functions are declared here. */
extern int sctp_bindx(int, struct sockaddr *, int, int);
extern int sctp_connectx(int, struct sockaddr *, int, sctp_assoc_t *);

typedef int sock;

/* Any policy, and two schedulers; the headers of older releases leave them out. */
#ifndef SCTP_PR_SCTP_ALL
#define SCTP_PR_SCTP_ALL 0x0080
#endif
#define SCHEDULERS {{"fcfs", 0}, {"prio", 1}, {"rr", 2}, {"fc", 3}, {"wfq", 4}}

#define ssfe_flags ssf_flags

/* To Linux it is a flag. */
#define FRAGMENT_INTERLEAVE 1

static inline void stack_init(int udp) { (void)udp; }
static inline sock stack_socket(int family) { return socket(family, SOCK_STREAM, IPPROTO_SCTP); }
static inline int stack_failed(sock s) { return s < 0; }
static inline int stack_option(sock s, int level, int name, const void *v, socklen_t n) { return setsockopt(s, level, name, v, n); }
static inline int stack_get_option(sock s, int level, int name, void *v, socklen_t *n) { return getsockopt(s, level, name, v, n); }
static inline int stack_bindx(sock s, struct sockaddr *a, int n) { return sctp_bindx(s, a, n, SCTP_BINDX_ADD_ADDR); }
static inline int stack_unbindx(sock s, struct sockaddr *a, int n) { return sctp_bindx(s, a, n, SCTP_BINDX_REM_ADDR); }
static inline int stack_bind(sock s, struct sockaddr *a, socklen_t n) { return bind(s, a, n); }
static inline int stack_connectx(sock s, struct sockaddr *a, int n) { return sctp_connectx(s, a, n, NULL); }
static inline int stack_listen(sock s) { return listen(s, 1); }
static inline sock stack_accept(sock s) { return accept(s, NULL, NULL); }
static inline int stack_shutdown(sock s) { return shutdown(s, SHUT_WR); }
static inline void stack_close(sock s) { close(s); }
static inline void stack_finish(void) {}

static inline int stack_local_port(sock s)
{
	struct sockaddr_in6 addr = {0};
	socklen_t size = sizeof addr;

	return getsockname(s, (struct sockaddr *)&addr, &size) < 0 ? 0 : ntohs(addr.sin6_port);
}

/* stack_switch has the first time-out of the primary path make another one primary, and asks to be told of potentially failed paths (RFC 7829). */
static inline int stack_switch(sock s)
{
	struct sctp_assoc_value expose = {.assoc_value = 2};
	struct sctp_paddrthlds_v2 thresholds = {.spt_pathmaxrxt = 2};

	if (stack_option(s, IPPROTO_SCTP, SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, &expose, sizeof expose) < 0)
		return -1;
	return stack_option(s, IPPROTO_SCTP, SCTP_PEER_ADDR_THLDS_V2, &thresholds, sizeof thresholds);
}

static inline ssize_t stack_send(sock s, const void *data, size_t size, struct sctp_sndinfo *info, struct sctp_prinfo *pr, struct sctp_authinfo *key)
{
	char control[CMSG_SPACE(sizeof *info) + CMSG_SPACE(sizeof *pr) + CMSG_SPACE(sizeof *key)] = {0};
	struct iovec iov = {(void *)data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = IPPROTO_SCTP;
	c->cmsg_type = SCTP_SNDINFO;
	c->cmsg_len = CMSG_LEN(sizeof *info);
	memcpy(CMSG_DATA(c), info, sizeof *info);
	c = CMSG_NXTHDR(&msg, c);
	c->cmsg_level = IPPROTO_SCTP;
	c->cmsg_type = SCTP_PRINFO;
	c->cmsg_len = CMSG_LEN(sizeof *pr);
	memcpy(CMSG_DATA(c), pr, sizeof *pr);
	if (key) {
		c = CMSG_NXTHDR(&msg, c);
		c->cmsg_level = IPPROTO_SCTP;
		c->cmsg_type = SCTP_AUTHINFO;
		c->cmsg_len = CMSG_LEN(sizeof *key);
		memcpy(CMSG_DATA(c), key, sizeof *key);
	} else
		msg.msg_controllen -= CMSG_SPACE(sizeof *key);
	return sendmsg(s, &msg, MSG_NOSIGNAL);
}

static inline ssize_t stack_receive(sock s, void *buf, size_t size, struct sctp_rcvinfo *info, int *flags)
{
	char control[CMSG_SPACE(sizeof *info) + 64];
	struct iovec iov = {buf, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	ssize_t n = recvmsg(s, &msg, 0);

	*flags = msg.msg_flags;
	if (n < 0)
		return n;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO)
			memcpy(info, CMSG_DATA(c), sizeof *info);
	return n;
}

#endif
#endif
