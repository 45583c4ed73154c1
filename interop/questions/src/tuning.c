// Times, limits and sizes of associations and of their addresses: what changes what.
#include "questions.h"

static void set(int fd, int name, const char *value)
{
	ask_set(fd, find_option(SOL_SCTP, name), value);
}

static void get(int fd, int name, const char *value, const char *note)
{
	ask_get(fd, find_option(SOL_SCTP, name), value, note);
}

static void ask_params(void)
{
	section("params of a connected socket");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	use_pair(&p, true);
	static const char *const values[] = {
		"id any 4:0 2:0 4:0 4:0 4:0x81 4:0 2:0",
		"id any 4:5000 2:0 4:0 4:0 4:0x81 4:0 2:0",
		"id any 4:5000 2:0 4:0 4:0 4:0x01 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x01 4:0 2:0",
		"id any 4:6000 2:0 4:0 4:0 4:0x02 4:0 2:0",
		"id any 4:6000 2:0 4:0 4:0 4:0 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x400 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x80000000 4:0 2:0",
		"id any 4:0 2:0 4:1400 4:0 4:0 4:0 2:0",
		"id any 4:0 2:0 4:1400 4:0 4:0x08 4:0 2:0",
		"id any 4:0 2:0 4:100 4:0 4:0 4:0 2:0",
		"id any 4:0 2:0 4:0 4:100 4:0 4:0 2:0",
		"id any 4:0 2:0 4:0 4:100 4:0x40 4:0 2:0",
		"id any 4:0 2:0 4:0 4:501 4:0 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x20 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x300 4:0xffffffff 2:0xff",
		"id any 4:0 2:0 4:0 4:0 4:0x200 4:0 2:0",
		"id peer 4:0 2:0 4:0 4:0 4:0x300 4:0xffffffff 2:0xff",
		"id any 4:0 2:0 4:0 4:0 4:0x10 4:0 2:0",
		"id any 4:0 2:0 4:0 4:0 4:0x08 4:0 2:0",
		"id any 4:0 2:0 4:1400 4:0 4:0x10 4:0 2:0",
	};
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		set(p.client, SCTP_PEER_ADDR_PARAMS, values[i]);
	get(p.client, SCTP_PEER_ADDR_PARAMS, "id peer", "of the peer");
	get(p.client, SCTP_MAXSEG, "id", "with a fixed path MTU");
	get(p.client, SCTP_STATUS, "id", "with a fixed path MTU");
	set(p.client, SCTP_PEER_ADDR_PARAMS, "id peer 4:0 2:0 4:1000 4:0 4:0x10 4:0 2:0");
	get(p.client, SCTP_PEER_ADDR_PARAMS, "id any", "of the association");
	get(p.client, SCTP_MAXSEG, "id", "with a fixed path MTU of the address");
	set(p.client, SCTP_MAXSEG, "id 4:801");
	set(p.client, SCTP_MAXSEG, "id 4:0");
	set(p.client, SCTP_PEER_ADDR_PARAMS, "id peer 4:0 2:0 4:0 4:0 4:0x08 4:0 2:0");
	get(p.client, SCTP_PEER_ADDR_PARAMS, "id any", "of the association");
	get(p.client, SCTP_MAXSEG, "id", "with discovery");
	close_pair(&p);

	section("params of an address by several identifiers");
	p = pair(AF_INET, SOCK_SEQPACKET);
	use_pair(&p, true);
	static const int ids[] = {0, 1, 2, 0x7ffffffe};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		words.id = ids[i];
		set(p.client, SCTP_PEER_ADDR_PARAMS, "id peer 4:5000 2:0 4:0 4:0 4:0x01 4:0 2:0");
		set(p.client, SCTP_PEER_ADDR_THLDS, "id 4:0 peer 2:4 2:2 4:0");
		set(p.client, SCTP_DELAYED_SACK, "id 4:0 4:0");
		set(p.client, SCTP_DELAYED_SACK, "id 4:0");
		set(p.client, SCTP_DELAYED_SACK, "id 4:501 4:0");
		set(p.client, SCTP_MAXSEG, "id 4:1");
		set(p.client, SCTP_EXPOSE_POTENTIALLY_FAILED_STATE, "id 4:7");
	}
	close_pair(&p);

	section("params of an IPv4 address of an IPv6 socket");
	int listener = sctp_socket(AF_INET6, SOCK_STREAM), client = sctp_socket(AF_INET6, SOCK_STREAM);
	struct sockaddr_in6 any = {.sin6_family = AF_INET6};
	bind(listener, (void *)&any, sizeof any);
	listen(listener, 1);
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, port_of(listener));
	sayf(connect(client, (void *)&address, n), "", "connect to an IPv4 address");
	words.id = 0;
	words.port = port_of(listener);
	get(client, SCTP_PEER_ADDR_PARAMS, "id st=127.0.0.1/P", "of the IPv4 address");
	get(client, SCTP_PEER_ADDR_PARAMS, "id st6=::ffff:127.0.0.1/P", "of the mapped address");
	get(client, SCTP_PEER_ADDR_PARAMS, "id st=0.0.0.0/P", "of the wildcard of IPv4");
	get(client, SCTP_PEER_ADDR_PARAMS, "id st6=::/P", "of the wildcard of IPv6");
	get(client, SCTP_PEER_ADDR_THLDS, "id 4:0 st6=::ffff:127.0.0.1/P", "of the mapped address");
	get(client, SCTP_MAXSEG, "id", "of the IPv6 socket");
	set(client, SCTP_MAXSEG, "id 4:444");
	set(client, SCTP_MAXSEG, "id 4:443");
	close(client);
	close(listener);
}

static void two_at_once(int fd)
{
	char value[40];
	size_t size = pack(value, "in=127.0.0.1/0");
	size += pack(value + size, "in=127.0.0.2/0");
	setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_BINDX_ADD, value, size);
}

static void ask_limits(void)
{
	section("limits with two addresses");
	int listener = sctp_socket(AF_INET, SOCK_STREAM), client = sctp_socket(AF_INET, SOCK_STREAM);
	two_at_once(listener);
	listen(listener, 1);
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, port_of(listener));
	sayf(connect(client, (void *)&address, n), "", "connect");
	words.id = 0;
	words.port = port_of(listener);
	set(client, SCTP_ASSOCINFO, "id 2:11 2:0 4:0 4:0 4:0");
	set(client, SCTP_ASSOCINFO, "id 2:10 2:0 4:0 4:0 4:0");
	set(client, SCTP_PEER_ADDR_PARAMS, "id st=127.0.0.2/P 4:0 2:9 4:0 4:0 4:0 4:0 2:0");
	set(client, SCTP_ASSOCINFO, "id 2:14 2:0 4:0 4:0 4:0");
	set(client, SCTP_ASSOCINFO, "id 2:15 2:0 4:0 4:0 4:0");
	set(client, SCTP_PEER_ADDR_PARAMS, "id st=127.0.0.2/P 4:0 2:0 4:1000 4:0 4:0x10 4:0 2:0");
	get(client, SCTP_PEER_ADDR_PARAMS, "id any", "of the association");
	get(client, SCTP_PEER_ADDR_PARAMS, "id st=127.0.0.1/P", "of the other address");
	get(client, SCTP_MAXSEG, "id", "of the association");
	close(client);
	close(listener);
}

static void ask_counts(void)
{
	section("counts");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	use_pair(&p, true);
	ask_send("client", p.client, "one", 0, NULL, NULL);
	readable(p.server, 1000);
	get(p.server, SCTP_STATUS, "id", "of the server with a message");
	ask_send("client", p.client, "two", 0, NULL, "2:2:0 2:1 4:0 4:0 id");
	expect("server", p.server);
	expect("server", p.server);
	poll(NULL, 0, 300);
	get(p.client, SCTP_GET_ASSOC_STATS, "id", "of the client");
	get(p.server, SCTP_GET_ASSOC_STATS, "id", "of the server");
	get(p.client, SCTP_GET_ASSOC_STATS, "id", "of the client again");
	close_pair(&p);
}

static void close_soon(int fd)
{
	int two = 2;
	setsockopt(fd, SOL_SCTP, SCTP_AUTOCLOSE, &two, sizeof two);
}

static void close_soon_and_tell(int fd)
{
	close_soon(fd);
	subscribe_all(fd);
}

static void ask_autoclose(void)
{
	section("autoclose of both sides");
	struct pair p = pair_with(AF_INET, SOCK_SEQPACKET, close_soon_and_tell);
	expect_all("client", p.client);
	expect_all("server", p.server);
	get(p.client, SCTP_AUTOCLOSE, NULL, "of the client");
	poll(NULL, 0, 600);
	ask_send("client", p.client, "later", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	poll(NULL, 0, 700);
	expect_all("server", p.server);
	expect_all("client", p.client);
	sayf(0, "", "after some time without data");
	poll(NULL, 0, 1000);
	expect_all("server", p.server);
	expect_all("client", p.client);
	close_pair(&p);

	section("autoclose of an association that is there");
	p = pair(AF_INET, SOCK_SEQPACKET);
	use_pair(&p, true);
	close_soon(p.client);
	poll(NULL, 0, 2500);
	ask_send("client", p.client, "still here", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	expect("server", p.server);
	struct {
		int32_t id;
		int fd;
	} arguments = {p.client_id, 0};
	socklen_t length = sizeof arguments;
	int fd = getsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length);
	get(fd, SCTP_AUTOCLOSE, NULL, "of the peeled off");
	set(fd, SCTP_AUTOCLOSE, "4:3");
	close(fd);
	close_pair(&p);
}

void ask_tuning(void)
{
	ask_params();
	ask_limits();
	ask_counts();
	ask_autoclose();
}
