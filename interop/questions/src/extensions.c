// Extensions that the default sysctls forbid: stream reconfiguration, authentication, interleaving, new addresses.
#include "questions.h"

static void allow_resets(int fd)
{
	struct sctp_assoc_value all = {.assoc_value = 7};
	setsockopt(fd, SOL_SCTP, SCTP_ENABLE_STREAM_RESET, &all, sizeof all);
	subscribe_all(fd);
}

static void both(struct pair *p)
{
	expect_all("client", p->client);
	expect_all("server", p->server);
}

static void reconfiguration(int type)
{
	static const struct {
		int option;
		const char *value;
	} steps[] = {
		{SCTP_RESET_STREAMS, "id 2:2 2:0"},
		{SCTP_RESET_STREAMS, "id 2:2 2:2 2:1 2:3"},
		{SCTP_RESET_STREAMS, "id 2:1 2:1 2:2"},
		{SCTP_RESET_STREAMS, "id 2:3 2:1 2:2"},
		{SCTP_RESET_STREAMS, "id 2:2 2:1 2:99"},
		{SCTP_RESET_STREAMS, "id 2:2 2:5 2:1"},
		{SCTP_ADD_STREAMS, "id 2:0 2:3"},
		{SCTP_ADD_STREAMS, "id 2:2 2:0"},
		{SCTP_ADD_STREAMS, "id 2:1 2:1"},
		{SCTP_ADD_STREAMS, "id 2:0 2:0xffff"},
		{SCTP_RESET_ASSOC, "id"},
	};
	section("reconfiguration %s", type_name(type));
	struct pair p = pair_with(AF_INET, type, allow_resets);
	both(&p);
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		char value[200];
		size_t n = pack(value, steps[i].value);
		const struct option *o = find_option(SOL_SCTP, steps[i].option);
		long result = setsockopt(p.client, SOL_SCTP, o->name, value, n);
		sayf(result, "", "client sets %s %s", o->text, steps[i].value);
		if (result == 0)
			both(&p);
	}
	ask_get(p.client, find_option(SOL_SCTP, SCTP_STATUS), "id", "of the client");
	close_pair(&p);
	section("reconfiguration not allowed by the peer %s", type_name(type));
	p = pair_with(AF_INET, type, subscribe_all);
	both(&p);
	struct sctp_assoc_value all = {.assoc_id = type == SOCK_STREAM ? 0 : p.client_id, .assoc_value = 7};
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_ENABLE_STREAM_RESET, &all, sizeof all), "", "client allows all");
	char value[20];
	size_t n = pack(value, "id 2:2 2:0");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_RESET_STREAMS, value, n), "", "client resets its streams");
	both(&p);
	n = pack(value, "id 2:1 2:1 2:0");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_RESET_STREAMS, value, n), "", "client asks for a reset of the peer's");
	both(&p);
	close_pair(&p);
}

void ask_reconfiguration(void)
{
	reconfiguration(SOCK_STREAM);
}

void ask_reconfiguration_many(void)
{
	reconfiguration(SOCK_SEQPACKET);
}

void ask_authentication(void)
{
	static const struct {
		int name;
		const char *value;
	} settings[] = {
		{SCTP_AUTH_CHUNK, "1:0"}, {SCTP_AUTH_CHUNK, "1:1"}, {SCTP_AUTH_CHUNK, "1:2"}, {SCTP_AUTH_CHUNK, "1:14"}, {SCTP_AUTH_CHUNK, "1:15"},
		{SCTP_AUTH_CHUNK, "1:0xc1"}, {SCTP_AUTH_CHUNK, "1:0x80"}, {SCTP_AUTH_CHUNK, "1:0"}, {SCTP_AUTH_CHUNK, "4:0"},
		{SCTP_HMAC_IDENT, "4:1 2:1"}, {SCTP_HMAC_IDENT, "4:2 2:3 2:1"}, {SCTP_HMAC_IDENT, "4:1 2:3"}, {SCTP_HMAC_IDENT, "4:1 2:2"}, {SCTP_HMAC_IDENT, "4:0"},
		{SCTP_HMAC_IDENT, "4:5 2:1 2:1 2:1 2:1 2:1"}, {SCTP_HMAC_IDENT, "4:2 2:1"},
		{SCTP_AUTH_KEY, "id 2:1 2:3 1:1 1:2 1:3"}, {SCTP_AUTH_KEY, "id 2:2 2:0"}, {SCTP_AUTH_KEY, "id 2:3 2:9 1:1"}, {SCTP_AUTH_KEY, "id 2:0 2:1 1:1"},
		{SCTP_AUTH_KEY, "id 2:1"},
		{SCTP_AUTH_ACTIVE_KEY, "id 2:1 2:0"}, {SCTP_AUTH_ACTIVE_KEY, "id 2:9 2:0"}, {SCTP_AUTH_DELETE_KEY, "id 2:1 2:0"}, {SCTP_AUTH_DELETE_KEY, "id 2:9 2:0"},
		{SCTP_AUTH_DELETE_KEY, "id 2:2 2:0"}, {SCTP_AUTH_DEACTIVATE_KEY, "id 2:1 2:0"}, {SCTP_AUTH_DEACTIVATE_KEY, "id 2:9 2:0"},
		{SCTP_AUTH_DEACTIVATE_KEY, "id 2:0 2:0"}, {SCTP_AUTH_ACTIVE_KEY, "id 2:0 2:0"}, {SCTP_AUTH_DEACTIVATE_KEY, "id 2:1 2:0"}, {SCTP_AUTH_DELETE_KEY, "id 2:1 2:0"},
		{SCTP_LOCAL_AUTH_CHUNKS, "id 4:0"}, {SCTP_PEER_AUTH_CHUNKS, "id 4:0"}, {SCTP_AUTH_SUPPORTED, "id 4:1"}, {SCTP_AUTH_SUPPORTED, "id 4:0"}, {SCTP_AUTH_KEY, "id 2:1 2:3 1:1 1:2 1:3"},
	};
	section("authentication fresh");
	words.id = 0;
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		ask_set(fd, find_option(SOL_SCTP, settings[i].name), settings[i].value);
		ask_get(fd, find_option(SOL_SCTP, settings[i].name), settings[i].value, NULL);
	}
	close(fd);
	section("authentication connected");
	struct pair p = pair_with(AF_INET, SOCK_SEQPACKET, subscribe_all);
	both(&p);
	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		ask_set(p.client, find_option(SOL_SCTP, settings[i].name), settings[i].value);
		ask_get(p.client, find_option(SOL_SCTP, settings[i].name), settings[i].value, NULL);
	}
	both(&p);
	close_pair(&p);
}

static void interleave(int fd)
{
	int level = 2;
	struct sctp_assoc_value on = {.assoc_value = 1};
	setsockopt(fd, SOL_SCTP, SCTP_FRAGMENT_INTERLEAVE, &level, sizeof level);
	sayf(setsockopt(fd, SOL_SCTP, SCTP_INTERLEAVING_SUPPORTED, &on, sizeof on), "", "interleaving is wanted");
	subscribe_all(fd);
}

void ask_extensions(void)
{
	section("interleaving");
	struct pair p = pair_with(AF_INET, SOCK_STREAM, interleave);
	both(&p);
	ask_get(p.client, find_option(SOL_SCTP, SCTP_INTERLEAVING_SUPPORTED), "id", "of the client");
	ask_send("client", p.client, "hello", 0, NULL, "2:2:1 2:0 4:9 4:0 id");
	both(&p);
	ask_send("client", p.client, "unordered", 0, NULL, "2:2:1 2:1 4:9 4:0 id");
	both(&p);
	close_pair(&p);

	section("addresses of a connected socket change");
	p = pair_with(AF_INET, SOCK_STREAM, subscribe_all);
	both(&p);
	char address[64];
	words.port = port_of(p.client);
	size_t n = pack(address, "in=127.0.0.2/P");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, address, n), "", "client adds 127.0.0.2");
	both(&p);
	ask_get(p.client, find_option(SOL_SCTP, SCTP_GET_LOCAL_ADDRS), "id", "of the client");
	ask_get(p.server, find_option(SOL_SCTP, SCTP_GET_PEER_ADDRS), "id", "of the server");
	char primary[200];
	size_t length = pack(primary, "id st=127.0.0.2/P");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_SET_PEER_PRIMARY_ADDR, primary, length), "", "client asks to be sent to at 127.0.0.2");
	both(&p);
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_BINDX_REM, address, n), "", "client removes 127.0.0.2");
	both(&p);
	ask_get(p.server, find_option(SOL_SCTP, SCTP_GET_PEER_ADDRS), "id", "of the server");
	close_pair(&p);
}
