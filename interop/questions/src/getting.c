// What every option answers in every state of a socket.
#include "questions.h"

static void get_every(int fd, const char *state, int family, int type)
{
	section("get %s %s %s", type_name(type), family_name(family), state);
	for (int i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		char value[400];
		*value = 0;
		// The identifier is first in most structures; where it is not, it is after what is zero.
		if (o->level == SOL_SCTP && words.id != 0 && o->layout[0] == 'a')
			strcpy(value, "id");
		if (o->level == SOL_SCTP && o->name == SCTP_DEFAULT_SEND_PARAM && words.id != 0)
			strcpy(value, "0*28 id");
		if (o->level == SOL_SCTP && o->name == SCTP_DEFAULT_SNDINFO && words.id != 0)
			strcpy(value, "0*12 id");
		if (o->level == SOL_SCTP && o->name == SCTP_EVENT)
			strcpy(value, words.id ? "id 2:0x8001 1:0" : "4:0 2:0x8001 1:0");
		if (o->level == SOL_SCTP && (o->name == SCTP_PR_ASSOC_STATUS || o->name == SCTP_PR_STREAM_STATUS))
			strcpy(value, words.id ? "id 2:0 2:16" : "4:0 2:0 2:16");
		ask_get(fd, o, *value ? value : NULL, NULL);
	}
}

// get_addressed asks the options that take an address, with the peer's.
static void get_addressed(int fd)
{
	static const int names[] = {SCTP_PEER_ADDR_PARAMS, SCTP_GET_PEER_ADDR_INFO, SCTP_PEER_ADDR_THLDS, SCTP_PEER_ADDR_THLDS_V2,
		SCTP_REMOTE_UDP_ENCAPS_PORT, SCTP_PLPMTUD_PROBE_INTERVAL};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct option *o = find_option(SOL_SCTP, names[i]);
		bool apart = o->layout[1] == '4';
		ask_get(fd, o, apart ? "id 4:0 peer" : "id peer", "of the peer");
		ask_get(fd, o, apart ? "id 4:0 local" : "id local", "of the local address");
		ask_get(fd, o, apart ? "id 4:0 st=192.0.2.77/9" : "id st=192.0.2.77/9", "of a stranger");
		ask_get(fd, o, apart ? "id 4:0 2:77 0*126" : "id 2:77 0*126", "of family 77");
	}
}

static void get_states(int family, int type)
{
	words.id = 0;
	int fd = sctp_socket(family, type);
	get_every(fd, "fresh", family, type);
	close(fd);
	if (family == AF_INET) {
		fd = bound(family, type);
		get_every(fd, "bound", family, type);
		close(fd);
		fd = listening(family, type);
		get_every(fd, "listening", family, type);
		close(fd);
	}
	struct pair p = pair(family, type);
	get_every(p.client, "connected", family, type);
	get_addressed(p.client);
	use_pair(&p, false);
	get_every(p.server, type == SOCK_STREAM ? "accepted" : "server", family, type);
	get_addressed(p.server);
	if (family == AF_INET) {
		use_pair(&p, true);
		if (type == SOCK_STREAM)
			shutdown(p.client, SHUT_WR);
		else
			send_text(p.client, "", 0, NULL, "2:2:0 2:0x200 4:0 4:0 id");
		struct pollfd end = {.fd = p.client, .events = POLLHUP | POLLRDHUP};
		poll(&end, 1, type == SOCK_STREAM ? 4000 : 500);
		get_every(p.client, "after shutdown", family, type);
		use_pair(&p, false);
		get_every(p.server, "after the peer's shutdown", family, type);
	}
	close_pair(&p);
}

void ask_gets(void)
{
	get_states(AF_INET, SOCK_STREAM);
	get_states(AF_INET, SOCK_SEQPACKET);
	get_states(AF_INET6, SOCK_STREAM);
	get_states(AF_INET6, SOCK_SEQPACKET);
}

// get_length asks for an option with a length that is not its own, and writes the length, the answer, the length that came back,
// and the bytes where they are fewer than all.
static char *get_length(char *at, int fd, const struct option *o, int length)
{
	char room[2048] = {0};
	if (o->layout[0] == 'a')
		pack(room, "id");
	socklen_t asked = length;
	if (getsockopt(fd, o->level, o->name, room, &asked) < 0)
		return at + sprintf(at, " %d:%s", length, error_name(errno));
	at += sprintf(at, " %d:%d", length, (int)asked);
	return (int)asked < o->size && (int)asked > 0 ? at + sprintf(at, "{%s}", dump(room, answered(o, asked), o->layout)) : at;
}

static void get_lengths(int fd, const char *state)
{
	section("get lengths %s", state);
	for (int i = 0; i < option_count; i++) {
		const struct option *o = &options[i];
		char room[1024] = {0}, text[4000], *at = text;
		const int lengths[] = {0, 1, 2, 4, 8, o->size - 1, o->size + 1, o->size + 20, 1000, -1};
		for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
			bool asked = false;
			for (size_t before = 0; before < k; before++)
				asked = asked || lengths[before] == lengths[k];
			if (!asked)
				at = get_length(at, fd, o, lengths[k]);
		}
		socklen_t length = o->size;
		at += sprintf(at, " value NULL:%s", getsockopt(fd, o->level, o->name, NULL, &length) < 0 ? error_name(errno) : "0");
		sprintf(at, " length NULL:%s", getsockopt(fd, o->level, o->name, room, NULL) < 0 ? error_name(errno) : "0");
		sayf(o->size, text + 1, "get %s with lengths", o->text);
	}
}

void ask_get_lengths(void)
{
	words.id = 0;
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	get_lengths(fd, "one-to-one ipv4 fresh");
	close(fd);
	struct pair p = pair(AF_INET, SOCK_SEQPACKET);
	get_lengths(p.client, "one-to-many ipv4 connected");
	close_pair(&p);
}
