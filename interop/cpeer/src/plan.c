/*
 * plan.c - the messages that are sent, and the report about those that were received. Package plan documents both.
 */
#include <time.h>

#include "peer.h"

/* What was received on one stream. */
static struct {
	long ordered, unordered, bytes;
	uint64_t ordered_digest, unordered_digest;
} received[MAX_STREAMS];
static long received_count;

sem_t go;

long count_received(void) { return received_count; }

/* payload makes the bytes of a message from its PPID. */
void payload(uint32_t ppid, unsigned char *data, size_t size)
{
	uint32_t x = ppid * 2654435761u + 1;

	for (size_t i = 0; i < size; i++) {
		x = x * 1664525u + 1013904223u;
		data[i] = x >> 24;
	}
}

static const uint64_t fnv_prime = 1099511628211u;

uint64_t digest(uint32_t ppid, const unsigned char *data, size_t size)
{
	uint64_t h = 14695981039346656037u;

	for (int shift = 24; shift >= 0; shift -= 8)
		h = (h ^ (ppid >> shift & 0xff)) * fnv_prime;
	for (size_t i = 0; i < size; i++)
		h = (h ^ data[i]) * fnv_prime;
	return h;
}

void send_message(sock s, const struct send_how *how, uint32_t ppid, const void *data, size_t size)
{
	struct sctp_sndinfo info = {
		.snd_sid = how->stream, .snd_ppid = htonl(ppid), .snd_flags = how->unordered ? SCTP_UNORDERED : 0,
	};
	struct sctp_prinfo pr = {0};
	struct sctp_authinfo key = {.auth_keynumber = how->value};
	int keyed = how->policy && !strcmp(how->policy, "key");

	if (how->policy && !keyed)
		set_policy(&pr, how->policy, how->value);
	if (stack_send(s, data, size, &info, &pr, keyed ? &key : NULL) < 0)
		fail("send");
}

/* read_sizes reads the sizes of the plan and returns how many there are. */
static int read_sizes(int *sizes)
{
	int n = 0;

	for (const char *p = args.sizes; n < MAX_SIZES; p++) {
		sizes[n++] = strtol(p, (char **)&p, 10);
		if (*p != ',')
			break;
	}
	return n;
}

/* send_number sends message i of the plan. */
static void send_number(sock s, int i, int size, unsigned char *data)
{
	int unordered = args.unordered > 0 && i % args.unordered == args.unordered - 1;

	payload(i, data, size);
	send_message(s, &(struct send_how){.stream = i % args.streams, .unordered = unordered}, i, data, size);
}

/* send_plan sends what the arguments plan, in a thread of its own so that a full window never stops the receiver. */
void *send_plan(void *association)
{
	sock s = *(sock *)association;
	unsigned char *data = malloc(MAX_MESSAGE);
	int sizes[MAX_SIZES], n = read_sizes(sizes);

	for (int i = 0; i < args.count; i++) {
		if (args.hold > 0 && i == args.hold) {
			say("hold");
			sem_wait(&go);
		}
		send_number(s, i, sizes[i % n], data);
	}
	free(data);
	return NULL;
}

volatile int enough;

/* send_steadily sends a message of the plan at each tick, until the line "enough". */
void *send_steadily(void *association)
{
	sock s = *(sock *)association;
	unsigned char *data = malloc(MAX_MESSAGE);
	int sizes[MAX_SIZES], n = read_sizes(sizes), i;

	for (i = 0; !enough; i++) {
		usleep(args.steady * 1000);
		send_number(s, i, sizes[i % n], data);
	}
	say("enough %d", i);
	free(data);
	return NULL;
}

/* microseconds since the first call. */
static long long microseconds(void)
{
	static struct timespec began;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!began.tv_sec)
		began = now;
	return (now.tv_sec - began.tv_sec) * 1000000LL + (now.tv_nsec - began.tv_nsec) / 1000;
}

void record(const struct sctp_rcvinfo *info, const unsigned char *data, size_t size)
{
	uint64_t d = digest(ntohl(info->rcv_ppid), data, size);
	int stream = info->rcv_sid;

	if (stream >= MAX_STREAMS) {
		errno = ERANGE;
		fail("stream");
	}
	if (args.list)
		say("message %d ssn %d ppid %u size %zu digest %016llx %s at %lld", stream, info->rcv_ssn, ntohl(info->rcv_ppid), size,
		    (unsigned long long)d, info->rcv_flags & SCTP_UNORDERED ? "unordered" : "ordered", microseconds());
	received_count++;
	received[stream].bytes += size;
	if (info->rcv_flags & SCTP_UNORDERED) {
		received[stream].unordered++;
		received[stream].unordered_digest += d;
	} else {
		received[stream].ordered++;
		received[stream].ordered_digest = received[stream].ordered_digest * fnv_prime ^ d;
	}
}

void report(const char *end)
{
	for (int i = 0; i < MAX_STREAMS; i++)
		if (received[i].ordered + received[i].unordered > 0)
			say("stream %d ordered %ld %016llx unordered %ld %016llx bytes %ld", i,
			    received[i].ordered, (unsigned long long)received[i].ordered_digest,
			    received[i].unordered, (unsigned long long)received[i].unordered_digest, received[i].bytes);
	say("received %ld", received_count);
	say("end %s", end);
}
