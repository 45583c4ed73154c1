/* Bad input: pointers to nowhere, lengths that are none, descriptors that are closed. Nothing of it may disturb what comes after. */
#include "checks.h"

#define WILD ((void *)0x10)

static void wild(int s)
{
	struct sockaddr_in a = at(ECHO);
	struct iovec bad = {WILD, 8}, good[2] = {{"ok", 2}, {WILD, 8}}, negative = {"x", -1};
	struct msghdr m = {.msg_iov = &bad, .msg_iovlen = 1};
	struct mmsghdr two[2] = {{{.msg_iov = good, .msg_iovlen = 1}}, {{.msg_iov = &bad, .msg_iovlen = 1}}};
	socklen_t len = sizeof a, negative_len = -1;
	char b[100], *edge;

	FAILS("write from nowhere", write(s, WILD, 8), EFAULT);
	FAILS("send from nowhere", send(s, WILD, 8, 0), EFAULT);
	FAILS("sendto nowhere", sendto(s, "x", 1, 0, WILD, sizeof a), EFAULT);
	FAILS("writev, one piece of two", writev(s, good, 2), EFAULT);
	FAILS("writev of a bad array", writev(s, WILD, 2), EFAULT);
	FAILS("writev of too many", writev(s, good, 1025), EINVAL);
	FAILS("writev of a negative length", writev(s, &negative, 1), EINVAL);
	FAILS("sendmsg", sendmsg(s, &m, 0), EFAULT);
	FAILS("sendmsg without header", sendmsg(s, WILD, 0), EFAULT);
	m.msg_iov = good;
	m.msg_control = WILD;
	m.msg_controllen = 64;
	FAILS("sendmsg with bad ancillary data", sendmsg(s, &m, 0), EFAULT);
	m.msg_control = b;
	memset(b, 0xff, sizeof b);
	FAILS("sendmsg with garbage as ancillary data", sendmsg(s, &m, 0), EINVAL);
	m.msg_controllen = 1 << 20;
	FAILS("sendmsg with far too much of it", sendmsg(s, &m, 0), ENOBUFS);
	m.msg_controllen = 0;
	m.msg_iovlen = 1025;
	FAILS("sendmsg of too many pieces", sendmsg(s, &m, 0), EMSGSIZE);
	m.msg_iovlen = 1;
	m.msg_namelen = -1;
	m.msg_name = &a;
	FAILS("sendmsg with a negative length", sendmsg(s, &m, 0), EINVAL);
	FAILS("a message that nobody would take", send(s, b, (size_t)1 << 40, 0), EMSGSIZE);
	CHECK("sendmmsg sends what comes before", sendmmsg(s, two, 2, 0) == 1);
	CHECK("which arrives", recv(s, b, 10, 0) == 2);

	/* What has arrived before the address is found to have no place is gone. */
	for (int i = 0; i < 3; i++)
		send(s, "gone", 4, 0);
	send(s, "still here", 10, 0);
	FAILS("recvfrom, its address to nowhere", recvfrom(s, b, 10, 0, WILD, &len), EFAULT);
	FAILS("recvfrom, its length nowhere", recvfrom(s, b, 10, 0, (struct sockaddr *)&a, WILD), EFAULT);
	FAILS("recvfrom with a negative length", recvfrom(s, b, 10, 0, (struct sockaddr *)&a, &negative_len), EINVAL);
	FAILS("read to nowhere", read(s, WILD, 100), EFAULT);
	edge = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(edge + 4096, 4096);
	FAILS("half of it to nowhere", read(s, edge + 4091, 10), EFAULT);
	CHECK("the message is still there", read(s, edge + 4086, 10) == 10 && !memcmp(edge + 4086, "still here", 10));

	CHECK("nothing is read at once", read(s, b, 0) == 0);
	FAILS("an option of no level, its length nowhere", getsockopt(s, -1, 0, b, WILD), EOPNOTSUPP);
	FAILS("bind to nowhere", bind(s, WILD, 16), EFAULT);
	FAILS("bind to too much", bind(s, (struct sockaddr *)&a, 1000), EINVAL);
	FAILS("bind to less than nothing", bind(s, (struct sockaddr *)&a, -1), EINVAL);
	FAILS("connect to nowhere", connect(s, WILD, 16), EFAULT);
	FAILS("getsockname to nowhere", getsockname(s, WILD, &len), EFAULT);
	FAILS("getpeername without length", getpeername(s, (struct sockaddr *)&a, WILD), EFAULT);
	FAILS("ioctl to nowhere", ioctl(s, FIONREAD, WILD), EFAULT);
}

static void options(int s)
{
	int v = 1;
	socklen_t len = sizeof v;
	struct {
		sctp_assoc_t id;
		int bytes;
		void *addrs;
	} param = {0, 16, WILD};

	FAILS("setsockopt from nowhere", setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, WILD, 4), EFAULT);
	FAILS("of negative length", setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, -4), EINVAL);
	FAILS("far too long", setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, 1 << 30), ENOMEM);
	CHECK("right", setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, sizeof v) == 0);
	FAILS("getsockopt to nowhere", getsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, WILD, &len), EFAULT);
	FAILS("without length", getsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, WILD), EFAULT);
	len = -1;
	FAILS("of negative length", getsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, &len), EINVAL);
	len = 2;
	FAILS("short", getsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &v, &len), EINVAL);
	len = 3;
	FAILS("connectx without room", getsockopt(s, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX3, &param, &len), EINVAL);
	len = sizeof param;
	FAILS("connectx to nowhere", getsockopt(s, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX3, &param, &len), EFAULT);
	param.bytes = -1;
	FAILS("connectx to less than nothing", getsockopt(s, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX3, &param, &len), EINVAL);
	len = 4;
	FAILS("peel-off without room", getsockopt(s, IPPROTO_SCTP, SCTP_SOCKOPT_PEELOFF, &param, &len), EINVAL);
}

static void descriptors(int s)
{
	int other, p[2];
	char b[10];

	pipe(p);
	other = dial(ECHO);
	close(other);
	FAILS("a closed descriptor", send(other, "x", 1, 0), EBADF);
	FAILS("and another call", shutdown(other, SHUT_WR), EBADF);
	FAILS("none", bind(-1, 0, 0), EBADF);
	dup2(p[1], other);
	CHECK("its number, used for something else", write(other, "pipe", 4) == 4 && read(p[0], b, 10) == 4);
	close(other);
	FAILS("sendfile to a socket is not", sendfile(s, p[0], 0, 1), EINVAL);
	FAILS("splice into one neither", splice(p[0], 0, s, 0, 1, 0), EINVAL);
	FAILS("a type that is none", socket(AF_INET, SOCK_DGRAM, IPPROTO_SCTP), EPROTONOSUPPORT);
	FAILS("flags that are none", socket(AF_INET, SOCK_STREAM | 0x100000, IPPROTO_SCTP), EINVAL);
	FAILS("io_uring is not", syscall(425, 8, b), ENOSYS);
	close(p[0]);
	close(p[1]);
}

int main(void)
{
	int s = dial(ECHO);
	char b[10];

	alarm(30);
	wild(s);
	options(s);
	descriptors(s);
	CHECK("the socket is as before", send(s, "end", 3, 0) == 3 && recv(s, b, 10, 0) == 3);
	return verdict();
}
