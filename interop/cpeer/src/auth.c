/*
 * auth.c - chunks that are authenticated (RFC 4895): what the arguments ask for, and the keys that commands change.
 */
#include "peer.h"

#ifdef USRSCTP
#define shmac_num_idents shmac_number_of_idents
#endif

static void set_key(sock s, unsigned number, const char *secret)
{
	char buffer[sizeof(struct sctp_authkey) + MAX_SECRET] = {0};
	struct sctp_authkey *key = (struct sctp_authkey *)buffer;

	key->sca_keynumber = number;
	key->sca_keylength = strnlen(secret, MAX_SECRET);
	memcpy(key->sca_key, secret, key->sca_keylength);
	set(s, IPPROTO_SCTP, SCTP_AUTH_KEY, key, sizeof *key + key->sca_keylength, "SCTP_AUTH_KEY");
}

static void change_key(sock s, int option, unsigned number, const char *what)
{
	struct sctp_authkeyid id = {.scact_keynumber = number};

	set(s, IPPROTO_SCTP, option, &id, sizeof id, what);
}

/* prefer_hmac lists an algorithm first; SHA-1 has to be there. */
static void prefer_hmac(sock s)
{
	char buffer[sizeof(struct sctp_hmacalgo) + 2 * sizeof(uint16_t)] = {0};
	struct sctp_hmacalgo *list = (struct sctp_hmacalgo *)buffer;

	if (!strcmp(args.hmac, "sha256"))
		list->shmac_idents[list->shmac_num_idents++] = SCTP_AUTH_HMAC_ID_SHA256;
	list->shmac_idents[list->shmac_num_idents++] = SCTP_AUTH_HMAC_ID_SHA1;
	set(s, IPPROTO_SCTP, SCTP_HMAC_IDENT, list, sizeof *list + list->shmac_num_idents * sizeof(uint16_t), "SCTP_HMAC_IDENT");
}

/* configure_auth does what auth=, hmac=, keys= and key= say. */
void configure_auth(sock s)
{
	struct sctp_assoc_value on = {.assoc_value = 1};
	struct sctp_event event = {.se_type = SCTP_AUTHENTICATION_EVENT, .se_on = 1};
	char copy[256], *rest = copy, *one, *end;

	if (!args.auth)
		return;
	set(s, IPPROTO_SCTP, SCTP_AUTH_SUPPORTED, &on, sizeof on, "SCTP_AUTH_SUPPORTED");
	set(s, IPPROTO_SCTP, SCTP_EVENT, &event, sizeof event, "SCTP_EVENT");
	if (args.hmac)
		prefer_hmac(s);
	for (const char *p = args.auth; *p; p = *end == ',' ? end + 1 : end) {
		struct sctp_authchunk chunk = {.sauth_chunk = strtoul(p, &end, 10)};

		set(s, IPPROTO_SCTP, SCTP_AUTH_CHUNK, &chunk, sizeof chunk, "SCTP_AUTH_CHUNK");
	}
	snprintf(copy, sizeof copy, "%s", args.keys ? args.keys : "");
	while ((one = strsep(&rest, ",")) != NULL && *one) {
		unsigned number = strtoul(one, &end, 10);

		set_key(s, number, end + 1);
	}
	if (args.key)
		change_key(s, SCTP_AUTH_ACTIVE_KEY, args.key, "SCTP_AUTH_ACTIVE_KEY");
}

/* obey_key: "key set NUMBER SECRET" or "key use|deactivate|delete NUMBER". */
void obey_key(const char *line)
{
	char verb[16], secret[MAX_SECRET] = "";
	unsigned number;

	if (sscanf(line, "key %15s %u %63s", verb, &number, secret) < 2)
		fail(line);
	if (!strcmp(verb, "set"))
		set_key(association, number, secret);
	else if (!strcmp(verb, "use"))
		change_key(association, SCTP_AUTH_ACTIVE_KEY, number, line);
	else if (!strcmp(verb, "deactivate"))
		change_key(association, SCTP_AUTH_DEACTIVATE_KEY, number, line);
	else if (!strcmp(verb, "delete"))
		change_key(association, SCTP_AUTH_DELETE_KEY, number, line);
	else
		fail(line);
	say("keyed");
}

/* key_changed reports what became of a key. */
void key_changed(const struct sctp_authkey_event *event)
{
	if (event->auth_indication == SCTP_AUTH_NEW_KEY)
		say("key new %u", event->auth_keynumber);
	else if (event->auth_indication == SCTP_AUTH_FREE_KEY)
		say("key free %u", event->auth_keynumber);
	else
		say("key none");
}
