// Details of extensions: what values mean to each scheduler, what is counted, what comes next, requests that come too early.
#include "questions.h"

static void set_and_get(int fd, int name, const char *value)
{
	const struct option *o = find_option(SOL_SCTP, name);
	ask_set(fd, o, value);
	ask_get(fd, o, value, NULL);
}

static void schedulers(void)
{
	static const char *const order[] = {"id 4:1", "id 4:2", "id 4:3", "id 4:4", "id 4:1", "id 4:0"};
	section("values of schedulers");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
		ask_set(p.client, find_option(SOL_SCTP, SCTP_STREAM_SCHEDULER), order[i]);
		ask_get(p.client, find_option(SOL_SCTP, SCTP_STREAM_SCHEDULER_VALUE), "id 2:3 2:0", order[i]);
		set_and_get(p.client, SCTP_STREAM_SCHEDULER_VALUE, "id 2:3 2:5");
		set_and_get(p.client, SCTP_STREAM_SCHEDULER_VALUE, "id 2:3 2:0");
		set_and_get(p.client, SCTP_STREAM_SCHEDULER_VALUE, "id 2:3 2:0xffff");
		ask_get(p.client, find_option(SOL_SCTP, SCTP_STREAM_SCHEDULER_VALUE), "id 2:99 2:0", "of a stream that there is not");
	}
	close_pair(&p);
}

static void counters(void)
{
	static const char *const values[] = {"id 2:0 2:0 0*16", "id 2:0 2:0x10 0*16", "id 2:0 2:0x20 0*16", "id 2:0 2:0x30 0*16", "id 2:0 2:0x40 0*16",
		"id 2:0 2:0x80 0*16", "id 2:0 2:0x90 0*16", "id 2:99 2:0x10 0*16", "id 2:9 2:0x80 0*16", "id 2:99 2:0x80 0*16"};
	section("counters of policies");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
		ask_get(p.client, find_option(SOL_SCTP, SCTP_PR_ASSOC_STATUS), values[i], values[i]);
		ask_get(p.client, find_option(SOL_SCTP, SCTP_PR_STREAM_STATUS), values[i], values[i]);
	}
	close_pair(&p);
}

static void subscribe_and_look_ahead(int fd)
{
	int on = 1;
	subscribe_all(fd);
	setsockopt(fd, SOL_SCTP, SCTP_RECVNXTINFO, &on, sizeof on);
	setsockopt(fd, SOL_SCTP, SCTP_NODELAY, &on, sizeof on);
}

static void look_ahead(int type)
{
	section("what comes next %s", type_name(type));
	struct pair p = pair_with(AF_INET, type, subscribe_and_look_ahead);
	ask_send("client", p.client, "first", 0, NULL, "2:2:3 2:0 4:9 4:0 id");
	ask_send("client", p.client, "the second", 0, NULL, "2:2:4 2:1 4:7 4:0 id");
	poll(NULL, 0, 100);
	ask_receive("server, an event, peeks:", p.server, 100, 256, MSG_PEEK | MSG_DONTWAIT);
	ask_receive("server, an event:", p.server, 100, 256, MSG_DONTWAIT);
	ask_receive("server, a part of an event:", p.server, 8, 256, MSG_DONTWAIT);
	char rest[100];
	sayf(recv(p.server, rest, sizeof rest, MSG_DONTWAIT), "", "server reads the rest of it");
	ask_receive("server, a message, peeks:", p.server, 100, 256, MSG_PEEK | MSG_DONTWAIT);
	ask_receive("server, a part of a message:", p.server, 2, 256, MSG_DONTWAIT);
	ask_receive("server, the rest of it:", p.server, 100, 256, MSG_DONTWAIT);
	ask_receive("server, the last one, peeks:", p.server, 100, 256, MSG_PEEK | MSG_DONTWAIT);
	ask_receive("server, the last one:", p.server, 100, 256, MSG_DONTWAIT);
	close_pair(&p);
}

static void allow_resets(int fd)
{
	struct sctp_assoc_value all = {.assoc_value = 7};
	setsockopt(fd, SOL_SCTP, SCTP_ENABLE_STREAM_RESET, &all, sizeof all);
	subscribe_all(fd);
}

static void early_requests(void)
{
	section("requests that come early");
	struct pair p = pair_with(AF_INET, SOCK_STREAM, allow_resets);
	expect_all("client", p.client);
	expect_all("server", p.server);
	ask_send("client", p.client, "first", 0, NULL, "2:2:3 2:0 4:9 4:0 id");
	ask_set(p.client, find_option(SOL_SCTP, SCTP_RESET_STREAMS), "id 2:2 2:1 2:3");
	poll(NULL, 0, 300);
	expect_all("client", p.client);
	expect_all("server", p.server);
	const struct option *reset = find_option(SOL_SCTP, SCTP_RESET_STREAMS), *add = find_option(SOL_SCTP, SCTP_ADD_STREAMS);
	char one[40], two[40];
	size_t n = pack(one, "id 2:2 2:1 2:1"), m = pack(two, "id 2:1 2:0");
	long first = setsockopt(p.client, SOL_SCTP, SCTP_RESET_STREAMS, one, n);
	long second = setsockopt(p.client, SOL_SCTP, SCTP_ADD_STREAMS, two, m);
	sayf(second, "", "client sets %s behind %s, which gave %ld", add->text, reset->text, first);
	poll(NULL, 0, 300);
	expect_all("client", p.client);
	expect_all("server", p.server);
	ask_set(p.client, reset, "id 2:3 2:1 2:9");
	expect_all("client", p.client);
	expect_all("server", p.server);
	ask_set(p.client, find_option(SOL_SCTP, SCTP_RESET_ASSOC), "id");
	ask_set(p.client, find_option(SOL_SCTP, SCTP_RESET_ASSOC), "id");
	close_pair(&p);
}

static void keys_of_messages(void)
{
	section("keys of messages");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	ask_send("client", p.client, "x", 0, NULL, "6:2:0");
	ask_send("client", p.client, "x", 0, NULL, "6:2:1");
	ask_send("client", p.client, "x", 0, NULL, "2:2:0 2:0 4:0 4:0 id;6:2:1");
	ask_set(p.client, find_option(SOL_SCTP, SCTP_AUTH_KEY), "id 2:1 2:3 1:1 1:2 1:3");
	ask_send("client", p.client, "x", 0, NULL, "6:2:1");
	close_pair(&p);
}

void ask_details(void)
{
	schedulers();
	counters();
	look_ahead(SOCK_STREAM);
	look_ahead(SOCK_SEQPACKET);
	early_requests();
	keys_of_messages();
}
