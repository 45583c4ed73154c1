/*
 * extensions.c - which extensions are offered, which are agreed, and how the two stacks name policies and schedulers.
 */
#include "peer.h"

/* The extensions that are an option of their own, by the names that the arguments use. */
static const struct { const char *name; int option; } extensions[] = {
	{"pr", SCTP_PR_SUPPORTED},
	{"reconf", SCTP_RECONFIG_SUPPORTED},
	{"idata", SCTP_INTERLEAVING_SUPPORTED},
	{"ecn", SCTP_ECN_SUPPORTED},
#ifdef USRSCTP
	{"nrsack", SCTP_NRSACK_SUPPORTED},
	{"pktdrop", SCTP_PKTDROP_SUPPORTED},
#endif
};
enum { EXTENSIONS = sizeof extensions / sizeof *extensions };

/* listed tells whether a list a,b,c has a name. */
static int listed(const char *list, const char *name)
{
	size_t size = strlen(name);

	for (const char *p = strstr(list, name); p; p = strstr(p + 1, name))
		if ((p == list || p[-1] == ',') && (p[size] == ',' || !p[size]))
			return 1;
	return 0;
}

/* enabled tells whether an extension is offered or, once there is an association, agreed upon. */
static int enabled(sock s, int i)
{
	struct sctp_assoc_value value = {0};
	socklen_t size = sizeof value;

	if (stack_get_option(s, IPPROTO_SCTP, extensions[i].option, &value, &size) < 0)
		fail(extensions[i].name);
	return value.assoc_value != 0;
}

/* offer_addresses offers that addresses may change, which takes authenticated chunks (RFC 5061 section 4.2.7). */
void offer_addresses(sock s)
{
	struct sctp_assoc_value on = {.assoc_value = 1};

	set(s, IPPROTO_SCTP, SCTP_AUTH_SUPPORTED, &on, sizeof on, "SCTP_AUTH_SUPPORTED");
	set(s, IPPROTO_SCTP, SCTP_ASCONF_SUPPORTED, &on, sizeof on, "SCTP_ASCONF_SUPPORTED");
}

/* offer_extensions offers what the arguments list and nothing else; without a list all stays as the stack has it. */
void offer_extensions(sock s)
{
	struct sctp_assoc_value requests = {.assoc_value = 7}; /* streams, association, added streams */
	int interleave = FRAGMENT_INTERLEAVE;

	if (!args.offer)
		return;
	if (listed(args.offer, "idata"))
		set(s, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, &interleave, sizeof interleave, "SCTP_FRAGMENT_INTERLEAVE");
	for (int i = 0; i < EXTENSIONS; i++) {
		struct sctp_assoc_value value = {.assoc_value = listed(args.offer, extensions[i].name)};

		if (enabled(s, i) != (int)value.assoc_value)
			set(s, IPPROTO_SCTP, extensions[i].option, &value, sizeof value, extensions[i].name);
	}
	if (listed(args.offer, "reconf"))
		set(s, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, &requests, sizeof requests, "SCTP_ENABLE_STREAM_RESET");
}

/* say_extensions reports what both sides have agreed upon. */
void say_extensions(sock s)
{
	char agreed[128] = "";

	for (int i = 0; i < EXTENSIONS; i++)
		if (enabled(s, i)) {
			strcat(agreed, " ");
			strcat(agreed, extensions[i].name);
		}
	say("extensions%s", agreed);
}

/* set_policy names a policy of RFC 7496: ttl with milliseconds, rtx with retransmissions, prio with a priority. */
void set_policy(struct sctp_prinfo *info, const char *policy, uint32_t value)
{
	info->pr_value = value;
	if (!strcmp(policy, "ttl"))
		info->pr_policy = SCTP_PR_SCTP_TTL;
	else if (!strcmp(policy, "rtx"))
		info->pr_policy = SCTP_PR_SCTP_RTX;
	else if (!strcmp(policy, "prio"))
		info->pr_policy = SCTP_PR_SCTP_PRIO;
	else
		fail(policy);
}
