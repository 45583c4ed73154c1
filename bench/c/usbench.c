/* The usrsctp side of the benchmarks: the workloads of package load, with the same options and the same output.
 *
 *	usbench ROLE WORK ADDR PORT SIZE WORKERS CONNS WINDOW BUFFER WARM_MS TIME_MS ROOM UDP_PORT PEER_UDP_PORT
 *
 * ROLE is server or client, WORK bulk, ping, setup, many, fan or mem; BUFFER is the size of buffers, ROOM is how many bytes of chunks a packet takes; UDP ports of 0 mean
 * raw IP. The server prints "ready" when it listens. The side that measures prints "measuring", one line of JSON, and exits. */

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <usrsctp.h>

enum { MAX_MESSAGE = 64 << 10, MAX_SAMPLES = 1 << 22 };

static struct {
	const char *work;
	struct sockaddr_in addr;
	int size, workers, conns, window, buffer, warm_ms, time_ms, room, udp, peer_udp;
} opt;

static int is(const char *work)
{
	return !strcmp(opt.work, work);
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* --- measuring ----------------------------------------------------------- */

static atomic_llong messages, bytes, samples;
static atomic_int started, measuring;
static uint32_t latency_ns[MAX_SAMPLES];

static uint64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void nap(int ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000l };
	while (nanosleep(&t, &t) != 0)
		;
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static double quantile_us(long long n, double q)
{
	return n ? latency_ns[(long long)(q * (n - 1))] / 1000.0 : 0;
}

static void *meter(void *unused)
{
	(void)unused;
	nap(opt.warm_ms);
	uint64_t began = now_ns();
	long long m0 = messages, b0 = bytes;
	puts("measuring");
	fflush(stdout);
	measuring = 1;
	nap(opt.time_ms);
	measuring = 0;
	double seconds = (now_ns() - began) / 1e9;
	long long m = messages - m0, b = bytes - b0, n = samples < MAX_SAMPLES ? samples : MAX_SAMPLES;
	qsort(latency_ns, n, sizeof latency_ns[0], ascending);
	printf("{\"seconds\":%.6f,\"messages\":%lld,\"bytes\":%lld,\"p50_us\":%.3f,\"p99_us\":%.3f}\n",
	       seconds, m, b, quantile_us(n, .50), quantile_us(n, .99));
	fflush(stdout);
	_exit(0);
}

static void add(long long n, uint64_t latency)
{
	messages++;
	bytes += n;
	if (latency && measuring) {
		long long i = samples++;
		if (i < MAX_SAMPLES)
			latency_ns[i] = latency;
	}
	if (!started && !atomic_exchange(&started, 1)) {
		pthread_t t;
		if (pthread_create(&t, NULL, meter, NULL) != 0)
			die("pthread_create");
	}
}

/* --- sockets ------------------------------------------------------------- */

typedef int receive_callback(struct socket *, union sctp_sockstore, void *, size_t, struct sctp_rcvinfo, int, void *);

static struct socket *new_socket(int type, receive_callback *callback, void *arg)
{
	int on = 1, size = opt.buffer;
	/* usrsctp does not look at the interface: it takes 1500 bytes for granted. Here spp_pathmtu leaves out the headers of
	 * IP, UDP and SCTP. */
	struct sctp_paddrparams path = { .spp_flags = SPP_PMTUD_DISABLE, .spp_pathmtu = opt.room };
	path.spp_address.ss_family = AF_INET;
	struct socket *s = usrsctp_socket(AF_INET, type, IPPROTO_SCTP, callback, NULL, 0, arg);
	if (!s)
		die("usrsctp_socket");
	if (usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on) < 0 ||
	    usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on) < 0 ||
	    usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, &path, sizeof path) < 0 ||
	    usrsctp_setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof size) < 0 ||
	    usrsctp_setsockopt(s, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) < 0)
		die("usrsctp_setsockopt");
	return s;
}

static struct socket *dial(receive_callback *callback, void *arg)
{
	struct socket *s = new_socket(SOCK_STREAM, callback, arg);
	struct sctp_udpencaps encaps = { .sue_port = htons(opt.peer_udp) };
	encaps.sue_address.ss_family = AF_INET;
	if (opt.peer_udp &&
	    usrsctp_setsockopt(s, IPPROTO_SCTP, SCTP_REMOTE_UDP_ENCAPS_PORT, &encaps, sizeof encaps) < 0)
		die("SCTP_REMOTE_UDP_ENCAPS_PORT");
	if (usrsctp_connect(s, (struct sockaddr *)&opt.addr, sizeof opt.addr) < 0)
		die("usrsctp_connect");
	return s;
}

static int send_message(struct socket *s, sctp_assoc_t id, const void *data, size_t n)
{
	struct sctp_sndinfo info = { .snd_assoc_id = id };
	return usrsctp_sendv(s, data, n, NULL, 0, &info, sizeof info, SCTP_SENDV_SNDINFO, 0) < 0 ? -1 : 0;
}

static ssize_t receive(struct socket *s, char *buf, sctp_assoc_t *id)
{
	struct sctp_rcvinfo info = { 0 };
	struct sockaddr_in from;
	socklen_t from_len = sizeof from, info_len = sizeof info;
	unsigned type = 0;
	int flags = 0;
	ssize_t n = usrsctp_recvv(s, buf, MAX_MESSAGE, (struct sockaddr *)&from, &from_len, &info, &info_len, &type, &flags);
	*id = info.rcv_assoc_id;
	return n;
}

/* --- workloads ----------------------------------------------------------- */

/* count_data is usrsctp's fastest way to receive: it gives away its own buffer. */
static int count_data(struct socket *s, union sctp_sockstore from, void *data, size_t n, struct sctp_rcvinfo info,
		      int flags, void *unused)
{
	(void)s, (void)from, (void)info, (void)unused;
	if (data && !(flags & MSG_NOTIFICATION)) {
		if (flags & MSG_EOR)
			add(n, 0);
		else
			bytes += n;
	}
	free(data);
	return 1;
}

/* FIRST are connected before memory counts: what a program needs but once is there then. SETTLE_MS is for what follows a handshake, and
 * for the server to return what it has free, which it does every TRIM_MS. */
enum { FIRST = 100, SETTLE_MS = 3000, TRIM_MS = 500 };

static void *trim(void *unused)
{
	(void)unused;
	for (;;) {
		nap(TRIM_MS);
		malloc_trim(0);
	}
	return NULL;
}

static void serve(void)
{
	int one_way = is("bulk") || is("fan");
	struct socket *s = new_socket(SOCK_SEQPACKET, one_way ? count_data : NULL, NULL);
	if (usrsctp_bind(s, (struct sockaddr *)&opt.addr, sizeof opt.addr) < 0 || usrsctp_listen(s, 1024) < 0)
		die("listen");
	puts("ready");
	fflush(stdout);
	pthread_t t;
	if (is("mem") && pthread_create(&t, NULL, trim, NULL) != 0)
		die("pthread_create");
	while (one_way)
		pause();
	static char buf[MAX_MESSAGE];
	for (;;) {
		sctp_assoc_t id;
		ssize_t n = receive(s, buf, &id);
		if (n > 0)
			send_message(s, id, buf, n);
		else if (n < 0 && errno != EINTR && errno != EAGAIN && errno != ENOTCONN)
			die("usrsctp_recvv");
	}
}

static void *set_up(void *unused)
{
	(void)unused;
	for (;;) {
		struct linger abort_at_once = { 1, 0 };
		uint64_t began = now_ns();
		struct socket *s = dial(NULL, NULL);
		add(0, now_ns() - began);
		usrsctp_setsockopt(s, SOL_SOCKET, SO_LINGER, &abort_at_once, sizeof abort_at_once);
		usrsctp_close(s);
	}
	return NULL;
}

static void set_up_all(void)
{
	pthread_t t;
	for (int i = 0; i < opt.workers; i++)
		if (pthread_create(&t, NULL, set_up, NULL) != 0)
			die("pthread_create");
	for (;;)
		pause();
}

static char message[MAX_MESSAGE];

/* echo is a connection with messages in flight; its latency is the time between two answers, divided among them. */
struct echo {
	struct socket *socket;
	uint64_t began;
};

static int answer(struct socket *s, union sctp_sockstore from, void *data, size_t n, struct sctp_rcvinfo info, int flags,
		  void *arg)
{
	struct echo *e = arg;
	(void)from, (void)info;
	if (data && !(flags & MSG_NOTIFICATION)) {
		uint64_t now = now_ns();
		add(n, now - e->began);
		e->began = now;
		send_message(s, 0, message, opt.size);
	}
	free(data);
	return 1;
}

static void echo_on_many(void)
{
	struct echo *all = calloc(opt.conns, sizeof *all);
	for (int i = 0; i < opt.conns; i++)
		all[i].socket = dial(answer, &all[i]);
	for (int w = 0; w < opt.window; w++)
		for (int i = 0; i < opt.conns; i++) {
			all[i].began = now_ns();
			send_message(all[i].socket, 0, message, opt.size);
		}
	for (;;)
		pause();
}

/* flood takes turns over the connections until the server, which has measured, is gone. */
static void flood(int conns)
{
	struct socket **all = calloc(conns, sizeof *all);
	for (int i = 0; i < conns; i++)
		all[i] = dial(NULL, NULL);
	for (;;)
		for (int i = 0; i < conns; i++)
			if (send_message(all[i], 0, message, opt.size) < 0)
				exit(0);
}

static void ping(void)
{
	static char buf[MAX_MESSAGE];
	struct socket *s = dial(NULL, NULL);
	for (;;) {
		sctp_assoc_t id;
		uint64_t began = now_ns();
		if (send_message(s, 0, message, opt.size) < 0 || receive(s, buf, &id) <= 0)
			die("ping");
		add(opt.size, now_ns() - began);
	}
}

static void stay_idle(void)
{
	for (int i = 0; i < FIRST; i++)
		dial(NULL, NULL);
	nap(SETTLE_MS);
	malloc_trim(0);
	puts("measuring");
	fflush(stdout);
	uint64_t began = now_ns();
	for (int i = 0; i < opt.conns; i++)
		dial(NULL, NULL);
	nap(SETTLE_MS);
	malloc_trim(0);
	printf("{\"seconds\":%.6f,\"messages\":%d}\n", (now_ns() - began) / 1e9, opt.conns);
	fflush(stdout);
	for (;;)
		pause();
}

static void drive(void)
{
	if (is("mem"))
		stay_idle();
	if (is("setup"))
		set_up_all();
	if (is("many"))
		echo_on_many();
	if (is("bulk"))
		flood(1);
	if (is("fan"))
		flood(opt.conns);
	ping();
}

int main(int argc, char **argv)
{
	if (argc != 15) {
		fprintf(stderr, "usage: usbench ROLE WORK ADDR PORT SIZE WORKERS CONNS WINDOW BUFFER WARM_MS TIME_MS ROOM UDP_PORT PEER_UDP_PORT\n");
		return 2;
	}
	opt.work = argv[2];
	opt.addr.sin_family = AF_INET;
	inet_pton(AF_INET, argv[3], &opt.addr.sin_addr);
	opt.addr.sin_port = htons(atoi(argv[4]));
	opt.size = atoi(argv[5]);
	opt.workers = atoi(argv[6]);
	opt.conns = atoi(argv[7]);
	opt.window = atoi(argv[8]);
	opt.buffer = atoi(argv[9]);
	opt.warm_ms = atoi(argv[10]);
	opt.time_ms = atoi(argv[11]);
	opt.room = atoi(argv[12]);
	opt.udp = atoi(argv[13]);
	opt.peer_udp = atoi(argv[14]);

	usrsctp_init(opt.udp, NULL, NULL);
	usrsctp_sysctl_set_sctp_blackhole(2);
	usrsctp_sysctl_set_sctp_no_csum_on_loopback(0);
	usrsctp_sysctl_set_sctp_max_chunks_on_queue(65536);
	usrsctp_sysctl_set_sctp_recvspace(opt.buffer);
	usrsctp_sysctl_set_sctp_sendspace(opt.buffer);
	if (!strcmp(argv[1], "server"))
		serve();
	drive();
}
