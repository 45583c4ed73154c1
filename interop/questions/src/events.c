// Notifications: every byte of them, in the order in which both sides get them.
#include "questions.h"

static void everything(int fd)
{
	subscribe_all(fd);
}

static void quick(int fd)
{
	struct sctp_rtoinfo rto = {.srto_initial = 100, .srto_min = 50, .srto_max = 200};
	struct sctp_assocparams most = {.sasoc_asocmaxrxt = 3};
	struct sctp_initmsg init = {.sinit_max_attempts = 2, .sinit_max_init_timeo = 100};
	setsockopt(fd, SOL_SCTP, SCTP_RTOINFO, &rto, sizeof rto);
	setsockopt(fd, SOL_SCTP, SCTP_ASSOCINFO, &most, sizeof most);
	setsockopt(fd, SOL_SCTP, SCTP_INITMSG, &init, sizeof init);
	subscribe_all(fd);
}

static void both(struct pair *p, const char *what)
{
	sayf(0, "", "-- %s", what);
	expect_all("client", p->client);
	expect_all("server", p->server);
}

static void events(int type)
{
	section("events %s", type_name(type));
	struct pair p = pair_with(AF_INET, type, everything);
	both(&p, "an association comes up");
	ask_send("client", p.client, "hello", 0, NULL, "2:2:1 2:0 4:9 4:0 id");
	both(&p, "a message");
	use_pair(&p, false);
	ask_send("server", p.server, "welcome", 0, NULL, "2:2:1 2:0 4:9 4:0 id");
	both(&p, "an answer");
	use_pair(&p, true);
	if (type == SOCK_STREAM)
		sayf(shutdown(p.client, SHUT_WR), "", "client shuts down");
	else
		ask_send("client", p.client, "", 0, NULL, "2:2:0 2:0x200 4:0 4:0 id");
	both(&p, "a shutdown");
	close_pair(&p);

	section("events of an abort %s", type_name(type));
	p = pair_with(AF_INET, type, everything);
	expect_all("client", p.client);
	expect_all("server", p.server);
	ask_send("client", p.client, "because", 0, NULL, "2:2:0 2:0x04 4:0 4:0 id");
	both(&p, "an abort with a reason");
	close_pair(&p);

	section("events of a close %s", type_name(type));
	p = pair_with(AF_INET, type, everything);
	expect_all("client", p.client);
	expect_all("server", p.server);
	sayf(close(p.client), "", "client closes");
	expect_all("server", p.server);
	sayf(close(p.server), "", "server closes");
	if (p.server != p.listener)
		close(p.listener);

	section("events of a close with data unread %s", type_name(type));
	p = pair_with(AF_INET, type, everything);
	expect_all("client", p.client);
	expect_all("server", p.server);
	use_pair(&p, false);
	ask_send("server", p.server, "unread", 0, NULL, "2:2:1 2:0 4:9 4:0 id");
	readable(p.client, 2000);
	sayf(close(p.client), "", "client closes");
	expect_all("server", p.server);
	close(p.server);
	if (p.server != p.listener)
		close(p.listener);

	section("events of an adaptation %s", type_name(type));
	int listener = bound(AF_INET, type), client = bound(AF_INET, type);
	uint32_t layer = 0x01020304;
	setsockopt(client, SOL_SCTP, SCTP_ADAPTATION_LAYER, &layer, sizeof layer);
	subscribe_all(listener);
	subscribe_all(client);
	listen(listener, 5);
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, port_of(listener));
	sayf(connect(client, (void *)&address, n), "", "connect with an adaptation layer");
	int server = type == SOCK_STREAM ? accept(listener, NULL, NULL) : listener;
	expect_all("client", client);
	expect_all("server", server);

	section("events by the older option %s", type_name(type));
	p = pair(AF_INET, type);
	struct sctp_event_subscribe all;
	memset(&all, 1, sizeof all);
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_EVENTS, &all, sizeof all), "", "all events at once");
	expect_all("client", p.client);
	memset(&all, 0, sizeof all);
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_EVENTS, &all, sizeof all), "", "none any more");
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_EVENTS, "\1\1\1\1\1\1\1\1", 8), "", "the first eight");
	send_text(p.client, "hello", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	send_text(p.client, "gone", 0, NULL, "2:2:0 2:0x04 4:0 4:0 id");
	both(&p, "a message and an abort");
	close_pair(&p);
}

void ask_events(void)
{
	events(SOCK_STREAM);
}

void ask_events_many(void)
{
	events(SOCK_SEQPACKET);
}

// fill_window sends more than the peer has room for, while it does not read.
static void fill_window(int fd)
{
	static char large[60001];
	memset(large, 'x', 60000);
	for (int i = 0; i < 3; i++)
		send_text(fd, large, 0, NULL, "2:2:0 2:0 4:0 4:0 id");
}

static void read_away(int fd)
{
	static char room[100000];
	while (readable(fd, 300) && recv(fd, room, sizeof room, MSG_DONTWAIT) > 0)
		;
}

// skip_large receives, and shows what is short: how much of the large messages was sent before, and so when nothing was left to
// be sent, differs.
static void skip_large(int fd)
{
	static char room[200000];
	while (readable(fd, 1000)) {
		long n = recv(fd, room, sizeof room, MSG_PEEK | MSG_DONTWAIT);
		uint16_t type;
		memcpy(&type, room, sizeof type);
		if (n > 1000 || (n > 0 && type == SCTP_SENDER_DRY_EVENT))
			recv(fd, room, sizeof room, MSG_DONTWAIT);
		else
			ask_receive("client", fd, sizeof room, 512, MSG_DONTWAIT);
		if (n <= 0)
			return;
	}
}

// abort_it has the server abort the association: by a message that says so or, one-to-one, by a close that does not linger.
static void abort_it(struct pair *p)
{
	struct linger now = {.l_onoff = 1};
	if (p->type == SOCK_SEQPACKET) {
		use_pair(p, false);
		ask_send("server", p->server, "bye", 0, NULL, "2:2:0 2:0x04 4:0 4:0 id");
		return;
	}
	setsockopt(p->server, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	sayf(close(p->server), "", "server closes and does not linger");
	p->server = p->listener;
}

// ask_failures asks what is told about what was not delivered, and about associations that do not come to be.
void ask_failures(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		section("refused %s", type_name(type));
		int fd = sctp_socket(AF_INET, type);
		quick(fd);
		nonblocking(fd);
		ask_send("client", fd, "to nobody", 0, "in=127.0.0.1/9", NULL);
		expect_all("client", fd);
		sayf(0, poll_state(fd), "poll after it");
		close(fd);

		section("given up %s", type_name(type));
		struct pair p = pair_with(AF_INET, type, everything);
		expect_all("client", p.client);
		expect_all("server", p.server);
		fill_window(p.client);
		sayf(send_text(p.client, "late", 0, NULL, "2:2:1 2:0 4:5 4:6 id;5:2:0x10 2:0 4:50"), "", "client sends what lives for 50 ms");
		poll(NULL, 0, 200);
		read_away(p.server);
		skip_large(p.client);
		ask_get(p.client, find_option(SOL_SCTP, SCTP_PR_ASSOC_STATUS), "id 2:0 2:0x10", "after it");
		ask_get(p.client, find_option(SOL_SCTP, SCTP_PR_STREAM_STATUS), "id 2:1 2:0x10", "after it");
		close_pair(&p);

		section("aborted with data waiting %s", type_name(type));
		p = pair_with(AF_INET, type, everything);
		expect_all("client", p.client);
		expect_all("server", p.server);
		fill_window(p.client);
		sayf(send_text(p.client, "never", 0, NULL, "2:2:4 2:0 4:8 4:7 id"), "", "client sends behind a full window");
		abort_it(&p);
		skip_large(p.client);
		close_pair(&p);
	}
	section("sender dry");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	struct sctp_event event = {.se_type = SCTP_SENDER_DRY_EVENT, .se_on = 1};
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_EVENT, &event, sizeof event), "", "subscribe when nothing is in flight");
	expect_all("client", p.client);
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_EVENT, &event, sizeof event), "", "subscribe again");
	expect_all("client", p.client);
	send(p.client, "one", 3, 0);
	readable(p.client, 2000);
	expect_all("client", p.client);
	close_pair(&p);

	section("partial delivery");
	p = pair_with(AF_INET, SOCK_STREAM, everything);
	expect_all("client", p.client);
	expect_all("server", p.server);
	struct sctp_assoc_value maximum = {.assoc_value = 1000};
	sayf(setsockopt(p.client, SOL_SCTP, SCTP_MAXSEG, &maximum, sizeof maximum), "", "client's fragments become small");
	static char message[5001];
	memset(message, 'z', 5000);
	sayf(send_text(p.client, message, 0, NULL, "2:2:1 2:0 4:9 4:0 id"), "", "client sends 5000 bytes");
	readable(p.server, 3000);
	for (int i = 0; i < 4; i++)
		ask_receive("server with room for 2000 bytes", p.server, 2000, 200, MSG_DONTWAIT);
	close_pair(&p);
}

static void two_addresses(int fd)
{
	char address[64];
	words.port = port_of(fd);
	size_t n = pack(address, "in=127.0.0.2/P");
	if (setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, address, n) < 0)
		say("cannot go on: bindx", -1, "");
	struct sctp_paddrparams fast = {.spp_hbinterval = 100, .spp_flags = SPP_HB_ENABLE, .spp_pathmaxrxt = 1};
	setsockopt(fd, SOL_SCTP, SCTP_PEER_ADDR_PARAMS, &fast, sizeof fast);
	struct sctp_rtoinfo rto = {.srto_initial = 200, .srto_min = 200, .srto_max = 200};
	setsockopt(fd, SOL_SCTP, SCTP_RTOINFO, &rto, sizeof rto);
	subscribe_all(fd);
}

// ask_paths asks about associations with two addresses on each side.
void ask_paths(void)
{
	section("two addresses");
	struct pair p = pair_with(AF_INET, SOCK_STREAM, two_addresses);
	both(&p, "an association comes up, and its addresses are confirmed");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_GET_PEER_ADDRS), "id", "of the client");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_GET_LOCAL_ADDRS), "id", "of the client");
	ask_get(p.server, find_option(SOL_SCTP, SCTP_GET_PEER_ADDRS), "id", "of the server");
	ask_get(p.server, find_option(SOL_SCTP, SCTP_GET_LOCAL_ADDRS), "id", "of the server");
	int port = port_of(p.listener);
	words.port = port;
	ask_set(p.client, find_option(SOL_SCTP, SCTP_PRIMARY_ADDR), "id st=127.0.0.2/P");
	ask_set(p.client, find_option(SOL_SCTP, SCTP_PRIMARY_ADDR), "id st=127.0.0.3/P");
	both(&p, "the primary address changes");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_GET_PEER_ADDR_INFO), "id st=127.0.0.2/P", "of the second address");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_PEER_ADDR_PARAMS), "id st=127.0.0.2/P", "of the second address");
	ask_set(p.client, find_option(SOL_SCTP, SCTP_PEER_ADDR_PARAMS), "id st=127.0.0.2/P 4:9000 2:2 4:0 4:0 4:0x01 4:0 2:0");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_PEER_ADDR_PARAMS), "id st=127.0.0.1/P", "of the first address after it");
	ask_get(p.client, find_option(SOL_SCTP, SCTP_PEER_ADDR_PARAMS), "id any", "of the association after it");
	ask_send("client", p.client, "to the first", 0, "in=127.0.0.1/P", "2:2:0 2:0x02 4:0 4:0 id");
	expect("server", p.server);
	close_pair(&p);
}
