/*
 * stack.h - the dozen socket calls that the peer makes, the same for both stacks: with -DUSRSCTP they are usrsctp's,
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

static void stack_init(int udp) { usrsctp_init(udp ? ENCAPS_PORT : 0, NULL, NULL); }
static sock stack_socket(int family) { return usrsctp_socket(family, SOCK_STREAM, IPPROTO_SCTP, NULL, NULL, 0, NULL); }
static int stack_failed(sock s) { return s == NULL; }
static int stack_option(sock s, int level, int name, const void *v, socklen_t n) { return usrsctp_setsockopt(s, level, name, v, n); }
static int stack_bindx(sock s, struct sockaddr *a, int n) { return usrsctp_bindx(s, a, n, SCTP_BINDX_ADD_ADDR); }
static int stack_bind(sock s, struct sockaddr *a, socklen_t n) { return usrsctp_bind(s, a, n); }
static int stack_connectx(sock s, struct sockaddr *a, int n) { return usrsctp_connectx(s, a, n, NULL); }
static int stack_listen(sock s) { return usrsctp_listen(s, 1); }
static sock stack_accept(sock s) { return usrsctp_accept(s, NULL, NULL); }
static int stack_shutdown(sock s) { return usrsctp_shutdown(s, SHUT_WR); }
static void stack_close(sock s) { usrsctp_close(s); }

/* stack_finish leaves the process alive until the last association has said its last packet; the library offers no event
 * for that, only to be asked again. */
static void stack_finish(void)
{
	while (usrsctp_finish() != 0)
		usleep(2000);
}

static ssize_t stack_send(sock s, const void *data, size_t size, struct sctp_sndinfo *info)
{
	return usrsctp_sendv(s, data, size, NULL, 0, info, sizeof *info, SCTP_SENDV_SNDINFO, 0);
}

static ssize_t stack_receive(sock s, void *buf, size_t size, struct sctp_rcvinfo *info, int *flags)
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

static void stack_init(int udp) { (void)udp; }
static sock stack_socket(int family) { return socket(family, SOCK_STREAM, IPPROTO_SCTP); }
static int stack_failed(sock s) { return s < 0; }
static int stack_option(sock s, int level, int name, const void *v, socklen_t n) { return setsockopt(s, level, name, v, n); }
static int stack_bindx(sock s, struct sockaddr *a, int n) { return sctp_bindx(s, a, n, SCTP_BINDX_ADD_ADDR); }
static int stack_bind(sock s, struct sockaddr *a, socklen_t n) { return bind(s, a, n); }
static int stack_connectx(sock s, struct sockaddr *a, int n) { return sctp_connectx(s, a, n, NULL); }
static int stack_listen(sock s) { return listen(s, 1); }
static sock stack_accept(sock s) { return accept(s, NULL, NULL); }
static int stack_shutdown(sock s) { return shutdown(s, SHUT_WR); }
static void stack_close(sock s) { close(s); }
static void stack_finish(void) {}

static ssize_t stack_send(sock s, const void *data, size_t size, struct sctp_sndinfo *info)
{
	char control[CMSG_SPACE(sizeof *info)] = {0};
	struct iovec iov = {(void *)data, size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = IPPROTO_SCTP;
	c->cmsg_type = SCTP_SNDINFO;
	c->cmsg_len = CMSG_LEN(sizeof *info);
	memcpy(CMSG_DATA(c), info, sizeof *info);
	return sendmsg(s, &msg, MSG_NOSIGNAL);
}

static ssize_t stack_receive(sock s, void *buf, size_t size, struct sctp_rcvinfo *info, int *flags)
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
