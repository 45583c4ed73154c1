/*
 * commands.c - what a line on standard input has the peer do. Package interop documents the commands.
 */
#include "peer.h"

sock association;
sem_t reading;

/* retried tells whether a request of RFC 6525 failed only because another is under way, or data is not acknowledged yet. */
static int retried(int result)
{
	if (result >= 0 || (errno != EAGAIN && errno != EINPROGRESS && errno != EBUSY && errno != EALREADY))
		return 0;
	usleep(2000);
	return 1;
}

/* request makes a request of RFC 6525 as soon as the stack takes it. */
static void request(int option, const void *value, socklen_t size, const char *what)
{
	int result;

	do
		result = stack_option(association, IPPROTO_SCTP, option, value, size);
	while (retried(result));
	if (result < 0)
		fail(what);
}

/* send_some: "send STREAM COUNT SIZE PPID ordered|unordered [POLICY VALUE | key NUMBER]". The PPIDs count from the given one. */
static void send_some(const char *line)
{
	unsigned stream, count, size, ppid, value = 0;
	char order[16], policy[16] = "";
	unsigned char *data = malloc(MAX_MESSAGE);

	if (sscanf(line, "send %u %u %u %u %15s %15s %u", &stream, &count, &size, &ppid, order, policy, &value) < 5)
		fail(line);
	struct send_how how = {.stream = stream, .unordered = !strcmp(order, "unordered"), .policy = *policy ? policy : NULL, .value = value};
	for (unsigned i = 0; i < count; i++) {
		payload(ppid + i, data, size);
		send_message(association, &how, ppid + i, data, size);
	}
	free(data);
	say("sent %u", ppid + count);
}

/* reset_streams: "reset out|in|both all|STREAM,...". */
static void reset_streams(const char *line)
{
	char buffer[sizeof(struct sctp_reset_streams) + MAX_STREAMS * sizeof(uint16_t)] = {0}, which[8], list[256];
	struct sctp_reset_streams *reset = (struct sctp_reset_streams *)buffer;

	if (sscanf(line, "reset %7s %255s", which, list) != 2)
		fail(line);
	if (strcmp(which, "in"))
		reset->srs_flags |= SCTP_STREAM_RESET_OUTGOING;
	if (strcmp(which, "out"))
		reset->srs_flags |= SCTP_STREAM_RESET_INCOMING;
	if (strcmp(list, "all"))
		for (char *rest = list, *one; (one = strsep(&rest, ",")) != NULL && reset->srs_number_streams < MAX_STREAMS;)
			reset->srs_stream_list[reset->srs_number_streams++] = atoi(one);
	request(SCTP_RESET_STREAMS, reset, sizeof *reset + reset->srs_number_streams * sizeof(uint16_t), "SCTP_RESET_STREAMS");
	say("requested");
}

static void reset_association(void)
{
	struct sctp_assoc_value none = {0};

	request(SCTP_RESET_ASSOC, &none, sizeof none.assoc_id, "SCTP_RESET_ASSOC");
	say("requested");
}

/* add_streams: "add OUT IN". */
static void add_streams(const char *line)
{
	unsigned out, in;

	if (sscanf(line, "add %u %u", &out, &in) != 2)
		fail(line);
	struct sctp_add_streams add = {.sas_outstrms = out, .sas_instrms = in};
	request(SCTP_ADD_STREAMS, &add, sizeof add, "SCTP_ADD_STREAMS");
	say("requested");
}

/* abandoned reports how many messages, or chunks of them, were given up. */
static void abandoned(void)
{
	struct sctp_prstatus status = {.sprstat_policy = SCTP_PR_SCTP_ALL};
	socklen_t size = sizeof status;

	if (stack_get_option(association, IPPROTO_SCTP, SCTP_PR_ASSOC_STATUS, &status, &size) < 0)
		fail("SCTP_PR_ASSOC_STATUS");
	say("abandoned unsent %llu sent %llu", (unsigned long long)status.sprstat_abandoned_unsent,
	    (unsigned long long)status.sprstat_abandoned_sent);
}

/* schedule: "scheduler fcfs|rr|prio|fc|wfq". */
static void schedule(const char *line)
{
	static const struct { const char *name; int number; } schedulers[] = SCHEDULERS;

	for (size_t i = 0; i < sizeof schedulers / sizeof *schedulers; i++)
		if (!strcmp(line + strlen("scheduler "), schedulers[i].name)) {
			struct sctp_assoc_value value = {.assoc_value = schedulers[i].number};

			set(association, IPPROTO_SCTP, SCTP_STREAM_SCHEDULER, &value, sizeof value, line);
			say("scheduled");
			return;
		}
	fail(line);
}

/* weigh: "value STREAM VALUE", a priority or a weight. */
static void weigh(const char *line)
{
	unsigned stream, number;

	if (sscanf(line, "value %u %u", &stream, &number) != 2)
		fail(line);
	struct sctp_stream_value value = {.stream_id = stream, .stream_value = number};
	set(association, IPPROTO_SCTP, SCTP_STREAM_SCHEDULER_VALUE, &value, sizeof value, line);
	say("scheduled");
}

/* set_primary: "primary ADDRESS". */
static void set_primary(const char *line)
{
	const char *text = line + strlen("primary ");
	struct sctp_setprim primary = {0};
	struct sctp_status status = {0};
	socklen_t ignored, size = sizeof status;

	/* The address has to have the peer's port. */
	if (stack_get_option(association, IPPROTO_SCTP, SCTP_STATUS, &status, &size) < 0)
		fail("SCTP_STATUS");
	parse_addresses(text, ntohs(((struct sockaddr_in *)&status.sstat_primary.spinfo_address)->sin_port),
			(char *)&primary.ssp_addr, &ignored);
	set(association, IPPROTO_SCTP, SCTP_PRIMARY_ADDR, &primary, sizeof primary, line);
	say("primary %s", text);
}

/* change_address: "bind ADDRESS" and "unbind ADDRESS", of this side. */
static void change_address(const char *line, int (*change)(sock, struct sockaddr *, int), const char *done)
{
	const char *text = strchr(line, ' ') + 1;
	struct sockaddr_storage addr = {0};
	socklen_t ignored;

	parse_addresses(text, 0, (char *)&addr, &ignored); /* port 0 stands for the one that the socket has */
	if (change(association, (struct sockaddr *)&addr, 1) < 0)
		fail(line);
	say("%s %s", done, text);
}

/* prefer: "prefer ADDRESS", of this side. */
static void prefer(const char *line)
{
	const char *text = strchr(line, ' ') + 1;
	struct sctp_setpeerprim primary = {0};
	socklen_t ignored;

	parse_addresses(text, stack_local_port(association), (char *)&primary.sspp_addr, &ignored); /* Linux wants the port */
	set(association, IPPROTO_SCTP, SCTP_SET_PEER_PRIMARY_ADDR, &primary, sizeof primary, line);
	say("preferred %s", text);
}

/* abort_now ends the association, and the peer, without waiting for anything. */
static void abort_now(void)
{
	struct linger now = {.l_onoff = 1, .l_linger = 0};

	set(association, SOL_SOCKET, SO_LINGER, &now, sizeof now, "SO_LINGER");
	say("end aborted");
	_exit(0); /* the socket ends with the process */
}

static int starts(const char *line, const char *word) { return !strncmp(line, word, strlen(word)); }

static void obey(const char *line)
{
	if (starts(line, "go"))
		sem_post(&go);
	else if (starts(line, "send "))
		send_some(line);
	else if (starts(line, "reset association"))
		reset_association();
	else if (starts(line, "reset "))
		reset_streams(line);
	else if (starts(line, "add "))
		add_streams(line);
	else if (starts(line, "abandoned"))
		abandoned();
	else if (starts(line, "scheduler "))
		schedule(line);
	else if (starts(line, "value "))
		weigh(line);
	else if (starts(line, "enough"))
		enough = 1;
	else if (starts(line, "mark "))
		say("marked %s", line + strlen("mark "));
	else if (starts(line, "primary "))
		set_primary(line);
	else if (starts(line, "bind "))
		change_address(line, stack_bindx, "bound");
	else if (starts(line, "unbind "))
		change_address(line, stack_unbindx, "unbound");
	else if (starts(line, "prefer "))
		prefer(line);
	else if (starts(line, "key "))
		obey_key(line);
	else if (starts(line, "read"))
		sem_post(&reading);
	else if (starts(line, "abort"))
		abort_now();
	else if (starts(line, "shutdown")) {
		if (stack_shutdown(association) < 0)
			fail("shutdown");
	} else
		fail(line);
}

/* watch_input obeys the lines of standard input, whose end ends the peer. */
void *watch_input(void *unused)
{
	char line[512];

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\r\n")] = 0;
		errno = EINVAL; /* what a line that is not understood fails with */
		obey(line);
	}
	_exit(3);
	return unused;
}
