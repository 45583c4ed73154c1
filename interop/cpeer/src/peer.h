/*
 * peer.h - what the parts of the peer share.
 */
#ifndef PEER_H
#define PEER_H

#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "stack.h"

enum {
	MAX_PATHS = 4,
	MAX_STREAMS = 128,     /* that can be received on */
	INITIAL_STREAMS = 64,  /* to send on, before any are added */
	MAX_SIZES = 32,
	MAX_SECRET = 64,
	MAX_MESSAGE = 4 << 20,
	BUFFER_SIZE = 4 << 20, /* of a socket; the kernel refuses messages that do not fit */
};

/* What the arguments say. */
struct args {
	const char *role, *net, *local, *remote, *end, *sizes, *offer, *auth, *hmac, *keys;
	int port, from, tries, key, streams, count, unordered, echo, expect, hold, fast, brisk, list, paused, window, buffer, steady, patient, tuned,
		switches, asconf;
};
extern struct args args;

/* peer.c */
void say(const char *format, ...);
void fail(const char *what);
void set(sock s, int level, int name, const void *value, socklen_t size, const char *what);

int parse_addresses(const char *text, int port, char *packed, socklen_t *first);

/* plan.c */
struct send_how {
	uint16_t stream;
	int unordered;
	const char *policy; /* of RFC 7496, or "key" for that of RFC 4895; NULL for a reliable message */
	uint32_t value;
};
void payload(uint32_t ppid, unsigned char *data, size_t size);
uint64_t digest(uint32_t ppid, const unsigned char *data, size_t size);
void send_message(sock s, const struct send_how *how, uint32_t ppid, const void *data, size_t size);
void *send_plan(void *association);
void *send_steadily(void *association);
void record(const struct sctp_rcvinfo *info, const unsigned char *data, size_t size);
long count_received(void);
void report(const char *end);
extern sem_t go; /* posted when the sender may go on */
extern volatile int enough; /* set when a steady sender is to end */

/* events.c */
void configure_events(sock s);
int notification(const void *data, size_t size);

/* extensions.c */
void offer_extensions(sock s);
void offer_addresses(sock s);
void say_extensions(sock s);
void set_policy(struct sctp_prinfo *info, const char *policy, uint32_t value);

/* auth.c */
void configure_auth(sock s);
void obey_key(const char *line);
void key_changed(const struct sctp_authkey_event *event);

/* commands.c */
extern sock association; /* what commands are about, once it is up */
extern sem_t reading;    /* posted when a peer that was told to wait may read */
void *watch_input(void *unused);

#endif
