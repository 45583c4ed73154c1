// Calls of libsctp that are options: several addresses, several associations.
#include "questions.h"

static void list(int fd, const char *what)
{
	ask_get(fd, find_option(SOL_SCTP, SCTP_GET_LOCAL_ADDRS), "id", what);
}

static long bindx(int fd, int option, const char *addresses, const char *note)
{
	char room[600];
	size_t n = pack(room, addresses);
	long result = setsockopt(fd, SOL_SCTP, option, n ? room : NULL, n);
	sayf(result, "", "bindx %s %s%s%s", option == SCTP_SOCKOPT_BINDX_ADD ? "add" : "remove", addresses, note ? " " : "", note ? note : "");
	return result;
}

static void say_name(int fd, const char *when)
{
	struct sockaddr_storage address;
	socklen_t n = sizeof address;
	long result = getsockname(fd, (void *)&address, &n);
	sayf(result, result < 0 ? "" : dump_address(&address, n), "getsockname %s", when);
}

void ask_bindx(void)
{
	static const char *const addresses[] = {
		"in=127.0.0.1/0", "in=127.0.0.1/0 in=127.0.0.2/0", "in=127.0.0.1/40100 in=127.0.0.2/40100", "in=127.0.0.1/40101 in=127.0.0.2/40102",
		"in=127.0.0.1/0 in=127.0.0.1/0", "in=0.0.0.0/0", "in=192.0.2.77/0", "in=127.0.0.1/0 in=192.0.2.77/0", "in6=::1/0", "in=127.0.0.1/0 in6=::1/0", "st=127.0.0.1/0",
		"2:2", "2:2 2:0 4:0x0100007f", "in=127.0.0.1/0 2:2", "2:77 0*14", "",
	};
	for (int family = AF_INET; family <= AF_INET6; family += AF_INET6 - AF_INET) {
		section("bindx fresh %s", family_name(family));
		words.id = 0;
		for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
			int fd = sctp_socket(family, SOCK_STREAM);
			bindx(fd, SCTP_SOCKOPT_BINDX_ADD, addresses[i], NULL);
			list(fd, "after it");
			close(fd);
		}
	}
	section("bindx bound");
	int fd = bound(AF_INET, SOCK_STREAM);
	words.port = port_of(fd);
	words.id = 0;
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.2/P", "the same port");
	list(fd, "after it");
	say_name(fd, "after it");
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.3/0", "port 0");
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.3/40110", "another port");
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.2/P", "what is there");
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=0.0.0.0/P", "the wildcard");
	list(fd, "after these");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.9/P", "what is not there");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.2/40110", "with another port");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.2/0", "with port 0");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.2/P", "what is there");
	list(fd, "after these");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.1/P", "the last");
	say_name(fd, "after the first address was removed");
	bindx(fd, SCTP_SOCKOPT_BINDX_REM, "", "nothing");
	listen(fd, 5);
	bindx(fd, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.4/P", "while listening");
	list(fd, "while listening");
	int fresh = sctp_socket(AF_INET, SOCK_STREAM);
	bindx(fresh, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.1/0", "on a fresh socket");
	section("bindx connected");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	words.port = port_of(p.client);
	bindx(p.client, SCTP_SOCKOPT_BINDX_ADD, "in=127.0.0.2/P", NULL);
	list(p.client, "after it");
	bindx(p.client, SCTP_SOCKOPT_BINDX_REM, "in=127.0.0.2/P", NULL);
	list(p.client, "after it");
	section("addresses of the wildcard");
	fd = sctp_socket(AF_INET, SOCK_STREAM);
	listen(fd, 5);
	list(fd, "of ipv4");
	fd = sctp_socket(AF_INET6, SOCK_STREAM);
	listen(fd, 5);
	list(fd, "of ipv6");
}

// connectx asks by the option that libsctp uses, which takes a structure, and returns the identifier.
static long connectx(int fd, const char *addresses)
{
	char room[600];
	struct {
		int32_t id, length;
		void *addresses;
	} arguments = {0, pack(room, addresses), room};
	socklen_t length = sizeof arguments;
	long result = getsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX3, &arguments, &length);
	int number = errno;
	char text[100];
	snprintf(text, sizeof text, "id %s length %d", dump(&arguments.id, 4, "a"), (int)length);
	errno = number;
	sayf(result, text, "connectx3 %s", addresses);
	return result;
}

void ask_connectx(void)
{
	section("connectx");
	int listener = listening(AF_INET, SOCK_STREAM);
	words.port = port_of(listener);
	words.id = 0;
	static const char *const addresses[] = {
		"in=127.0.0.1/P", "in=127.0.0.1/P in=127.0.0.2/P", "in=127.0.0.1/P in=127.0.0.2/9", "in=127.0.0.1/9", "in=0.0.0.0/P", "in=192.0.2.77/P", "in6=::1/P",
		"in=127.0.0.1/P in6=::1/P", "2:2", "2:77 0*14", "", "in=127.0.0.1/P in=127.0.0.1/P",
	};
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		int fd = sctp_socket(AF_INET, SOCK_STREAM);
		if (connectx(fd, addresses[i]) == 0) {
			ask_get(fd, find_option(SOL_SCTP, SCTP_GET_PEER_ADDRS), "id", "after it");
			connectx(fd, addresses[i]);
		}
		close(fd);
	}
	int fd = sctp_socket(AF_INET, SOCK_STREAM);
	nonblocking(fd);
	connectx(fd, "in=127.0.0.1/P");
	close(fd);
	char room[64];
	size_t n = pack(room, "in=127.0.0.1/P");
	fd = sctp_socket(AF_INET, SOCK_STREAM);
	sayf(setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX_OLD, room, n), "", "the oldest connectx, set");
	sayf(setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX_OLD, room, n), "", "again");
	close(fd);
	fd = sctp_socket(AF_INET, SOCK_STREAM);
	long id = setsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX, room, n);
	sayf(id < 0 ? id : 0, dump(&(int32_t){id}, 4, "a"), "connectx, set, which returns the identifier");
	socklen_t length = n;
	sayf(getsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX, room, &length), "", "connectx, get");
	close(fd);
	fd = sctp_socket(AF_INET, SOCK_STREAM);
	length = 4;
	sayf(getsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX3, room, &length), "", "connectx3 with length 4");
	length = 16;
	sayf(getsockopt(fd, SOL_SCTP, SCTP_SOCKOPT_CONNECTX3, NULL, &length), "", "connectx3 with value NULL");
}

void ask_peeloff(void)
{
	section("peeloff");
	struct pair p = pair_with(AF_INET, SOCK_SEQPACKET, subscribe_all);
	use_pair(&p, false);
	expect_all("server", p.server);
	struct {
		int32_t id;
		int fd;
	} arguments = {p.server_id, 77};
	send_text(p.server, "", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	words.id = p.client_id;
	ask_send("client", p.client, "before", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	readable(p.server, 2000);
	static const socklen_t lengths[] = {0, 4, 7};
	for (size_t i = 0; i < 3; i++) {
		socklen_t length = lengths[i];
		sayf(getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length), "", "peeloff with length %d", (int)length);
	}
	socklen_t length = sizeof arguments;
	arguments.id = 0x7ffffffe;
	sayf(getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length), "", "peeloff of an unknown identifier");
	arguments.id = 0;
	sayf(getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length), "", "peeloff of identifier 0");
	arguments.id = p.server_id;
	int fd = getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length);
	sayf(fd < 0 ? fd : 0, arguments.fd == fd ? "the descriptor is in the value, too" : "another descriptor in the value", "peeloff");
	sayf(getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &arguments, &length), "", "peeloff again");
	sayf(0, poll_state(p.server), "poll of the server after it");
	sayf(0, poll_state(fd), "poll of the peeled off");
	words.id = p.server_id;
	expect_all("peeled off", fd);
	expect_nothing("server", p.server);
	ask_get(fd, find_option(SOL_SOCKET, SO_TYPE), NULL, "of the peeled off");
	ask_get(fd, find_option(SOL_SCTP, SCTP_EVENTS), NULL, "of the peeled off");
	ask_get(fd, find_option(SOL_SCTP, SCTP_GET_ASSOC_NUMBER), NULL, "of the peeled off");
	ask_get(p.server, find_option(SOL_SCTP, SCTP_GET_ASSOC_NUMBER), NULL, "of the server");
	sayf(listen(fd, 5), "", "listen on the peeled off");
	nonblocking(fd);
	sayf(accept(fd, NULL, NULL), "", "accept on the peeled off");
	struct sockaddr_storage address;
	length = sizeof address;
	long named = getpeername(fd, (void *)&address, &length);
	sayf(named, dump_address(&address, length), "getpeername of the peeled off");
	sayf(send(fd, "without", 7, 0), "", "send on the peeled off without identifier");
	ask_send("peeled off", fd, "with", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
	expect_all("client", p.client);
	sayf(shutdown(fd, SHUT_WR), "", "shutdown 1 of the peeled off");
	expect_all("client", p.client);
	sayf(close(fd), "", "close of the peeled off");
	expect_all("client", p.client);
	close_pair(&p);

	section("peeloff with flags");
	p = pair(AF_INET, SOCK_SEQPACKET);
	struct {
		int32_t id;
		int fd;
		unsigned flags;
	} more = {p.server_id, 0, SOCK_CLOEXEC | SOCK_NONBLOCK};
	length = sizeof more;
	fd = getsockopt(p.server, SOL_SCTP, SCTP_SOCKOPT_PEELOFF_FLAGS, &more, &length);
	char flags[40];
	sprintf(flags, "fl %#x fd %#x", fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
	sayf(fd < 0 ? fd : 0, flags, "peeloff");
	close_pair(&p);
	p = pair(AF_INET, SOCK_STREAM);
	more.id = p.client_id;
	length = sizeof arguments;
	sayf(getsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &more, &length), "", "peeloff of one-to-one");
	more.id = 0;
	sayf(getsockopt(p.client, SOL_SCTP, SCTP_SOCKOPT_PEELOFF, &more, &length), "", "peeloff of one-to-one, identifier 0");
	close_pair(&p);

	section("several associations");
	int server = listening(AF_INET, SOCK_SEQPACKET), clients[3];
	length = loopback(&address, AF_INET, port_of(server));
	for (int i = 0; i < 3; i++) {
		clients[i] = bound(AF_INET, SOCK_SEQPACKET);
		connect(clients[i], (void *)&address, length);
	}
	ask_get(server, find_option(SOL_SCTP, SCTP_GET_ASSOC_NUMBER), NULL, NULL);
	ask_get(server, find_option(SOL_SCTP, SCTP_GET_ASSOC_ID_LIST), NULL, NULL);
	ask_send("server", server, "to all", 0, NULL, "2:2:0 2:0x40 4:0 4:0 4:2");
	for (int i = 0; i < 3; i++)
		expect("client", clients[i]);
}
