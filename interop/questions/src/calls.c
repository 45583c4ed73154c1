// Calls that make, name and connect sockets: their errors in every state.
#include "questions.h"

void ask_socket_calls(void)
{
	static const struct {
		const char *text;
		int family, type, protocol;
	} calls[] = {
		{"inet stream sctp", AF_INET, SOCK_STREAM, 132}, {"inet seqpacket sctp", AF_INET, SOCK_SEQPACKET, 132},
		{"inet6 stream sctp", AF_INET6, SOCK_STREAM, 132}, {"inet6 seqpacket sctp", AF_INET6, SOCK_SEQPACKET, 132},
		{"inet dgram sctp", AF_INET, SOCK_DGRAM, 132}, {"inet rdm sctp", AF_INET, SOCK_RDM, 132},
		{"inet6 dgram sctp", AF_INET6, SOCK_DGRAM, 132}, {"inet seqpacket 0", AF_INET, SOCK_SEQPACKET, 0},
		{"inet6 seqpacket 0", AF_INET6, SOCK_SEQPACKET, 0}, {"inet seqpacket tcp", AF_INET, SOCK_SEQPACKET, 6},
		{"inet type 0 sctp", AF_INET, 0, 132}, {"inet type 11 sctp", AF_INET, 11, 132}, {"inet type 15 sctp", AF_INET, 15, 132},
		{"unix stream sctp", AF_UNIX, SOCK_STREAM, 132}, {"unspec stream sctp", AF_UNSPEC, SOCK_STREAM, 132},
		{"family -1 stream sctp", -1, SOCK_STREAM, 132}, {"family 200 stream sctp", 200, SOCK_STREAM, 132},
		{"inet stream cloexec nonblock sctp", AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 132},
		{"inet all flags sctp", AF_INET, -1, 132}, {"inet stream and flag 0x20 sctp", AF_INET, SOCK_STREAM | 0x20, 132},
		{"inet stream protocol -1", AF_INET, SOCK_STREAM, -1}, {"inet stream protocol 256+132", AF_INET, SOCK_STREAM, 388},
	};
	section("socket");
	for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++) {
		int fd = socket(calls[i].family, calls[i].type, calls[i].protocol);
		sayf(fd < 0 ? fd : 0, "", "socket %s", calls[i].text);
		if (fd >= 0) {
			char flags[40];
			sprintf(flags, "fl %#x fd %#x", fcntl(fd, F_GETFL), fcntl(fd, F_GETFD));
			sayf(0, flags, "flags of socket %s", calls[i].text);
			close(fd);
		}
	}
	int two[2];
	sayf(socketpair(AF_INET, SOCK_STREAM, 132, two), "", "socketpair inet stream sctp");
}

static long try_bind(int fd, const char *address, const char *note)
{
	char bytes[400];
	size_t n = pack(bytes, address);
	long result = bind(fd, (void *)bytes, n);
	sayf(result, "", "bind %s%s%s", address, note ? " " : "", note ? note : "");
	return result;
}

static void ask_name(int fd, const char *what)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	long result = getsockname(fd, (void *)&address, &length);
	sayf(result, result < 0 ? "" : dump_address(&address, length), "getsockname %s", what);
	length = sizeof address;
	result = getpeername(fd, (void *)&address, &length);
	sayf(result, result < 0 ? "" : dump_address(&address, length), "getpeername %s", what);
}

static void bind_each(int family, int type)
{
	static const char *const addresses[] = {
		"in=127.0.0.1/0", "in=127.0.0.2/0", "in=0.0.0.0/0", "in=127.0.0.1/40001", "in=127.255.255.255/0", "in=255.255.255.255/0",
		"in=224.0.0.1/0", "in=192.0.2.77/0", "in=192.0.2.77/40002", "in=127.0.0.1/7", "in6=::1/0", "in6=::/0", "in6=::/40003", "in6=::ffff:127.0.0.1/0",
		"in6=fd00::77/0", "in6=ff02::1/0", "in6=fe80::1/0", "st=127.0.0.1/0", "st6=::1/0", "", "2:2", "2:2 2:0", "2:2 2:0 4:0x0100007f",
		"2:2 2:0 4:0x0100007f 7:0", "2:10 2:0 4:0 0*16", "2:10 2:0 4:0 0*15", "2:10 2:0 4:0 0*12", "2:0 0*14", "2:0 2:0 4:0x0100007f 8:0", "2:1 0*14", "2:77 0*14",
		"in=127.0.0.1/0 0*112", "in=127.0.0.1/0 0*113", "in=127.0.0.1/0 0*200",
	};
	section("bind %s %s", type_name(type), family_name(family));
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		int fd = sctp_socket(family, type);
		if (try_bind(fd, addresses[i], NULL) == 0)
			ask_name(fd, "after it");
		close(fd);
	}
}

void ask_bind(void)
{
	bind_each(AF_INET, SOCK_STREAM);
	bind_each(AF_INET, SOCK_SEQPACKET);
	bind_each(AF_INET6, SOCK_STREAM);

	section("bind twice");
	int fd = bound(AF_INET, SOCK_STREAM);
	words.port = port_of(fd);
	try_bind(fd, "in=127.0.0.1/P", "the same again");
	try_bind(fd, "in=127.0.0.1/0", "with port 0");
	try_bind(fd, "in=127.0.0.2/P", "another address, same port");
	try_bind(fd, "in=127.0.0.2/0", "another address, port 0");
	try_bind(fd, "in=127.0.0.2/40010", "another address, another port");
	try_bind(fd, "in=0.0.0.0/P", "the wildcard");
	ask_name(fd, "after these");

	section("bind conflicts");
	static const struct {
		const char *what;
		int level, name, one, two;
	} shares[] = {{"no option", 0, 0, 0, 0}, {"SO_REUSEADDR on the second", SOL_SOCKET, SO_REUSEADDR, 0, 1},
		{"SO_REUSEADDR on both", SOL_SOCKET, SO_REUSEADDR, 1, 1}, {"SO_REUSEPORT on the second", SOL_SOCKET, SO_REUSEPORT, 0, 1},
		{"SO_REUSEPORT on both", SOL_SOCKET, SO_REUSEPORT, 1, 1}, {"SCTP_REUSE_PORT on both", SOL_SCTP, SCTP_REUSE_PORT, 1, 1}};
	for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++)
		for (int state = 0; state < 2; state++) {
			int first = sctp_socket(AF_INET, SOCK_STREAM), option;
			option = shares[i].one;
			if (shares[i].name && option)
				setsockopt(first, shares[i].level, shares[i].name, &option, 4);
			struct sockaddr_storage address;
			socklen_t n = loopback(&address, AF_INET, 0);
			bind(first, (void *)&address, n);
			if (state == 1)
				listen(first, 5);
			words.port = port_of(first);
			static const char *const others[] = {"in=127.0.0.1/P", "in=0.0.0.0/P", "in=127.0.0.2/P"};
			for (int k = 0; k < 3; k++) {
				int second = sctp_socket(AF_INET, SOCK_STREAM);
				option = shares[i].two;
				if (shares[i].name && option)
					setsockopt(second, shares[i].level, shares[i].name, &option, 4);
				char note[120];
				sprintf(note, "with %s, first %s", shares[i].what, state ? "listening" : "bound");
				if (try_bind(second, others[k], note) == 0)
					sayf(listen(second, 5), "", "listen after it");
				close(second);
			}
			close(first);
		}
	int one = bound(AF_INET, SOCK_STREAM);
	words.port = port_of(one);
	int many = sctp_socket(AF_INET, SOCK_SEQPACKET);
	try_bind(many, "in=127.0.0.1/P", "one-to-many where one-to-one is");
	int six = sctp_socket(AF_INET6, SOCK_STREAM);
	try_bind(six, "in6=::/P", "ipv6 wildcard where ipv4 is");
	int only = sctp_socket(AF_INET6, SOCK_STREAM), on = 1;
	setsockopt(only, IPPROTO_IPV6, IPV6_V6ONLY, &on, 4);
	try_bind(only, "in6=::/P", "ipv6 wildcard, V6ONLY, where ipv4 is");
	try_bind(only, "in=127.0.0.1/0", "ipv4 on V6ONLY");
	try_bind(only, "in6=::ffff:127.0.0.1/0", "mapped on V6ONLY");

	section("bind again");
	static const struct {
		const char *what;
		int first, second;
	} reuses[] = {{"no option", 0, 0}, {"SO_REUSEADDR on the second", 0, 1}, {"SO_REUSEADDR on both", 1, 1}};
	for (int k = 0; k < 3; k++) {
		int listener = sctp_socket(AF_INET, SOCK_STREAM);
		setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &reuses[k].first, 4);
		struct sockaddr_storage address;
		socklen_t n = loopback(&address, AF_INET, 0);
		bind(listener, (void *)&address, n);
		listen(listener, 5);
		words.port = port_of(listener);
		n = loopback(&address, AF_INET, words.port);
		int client = sctp_socket(AF_INET, SOCK_STREAM);
		connect(client, (void *)&address, n);
		int server = accept(listener, NULL, NULL);
		close(listener);
		int second = sctp_socket(AF_INET, SOCK_STREAM);
		setsockopt(second, SOL_SOCKET, SO_REUSEADDR, &reuses[k].second, 4);
		char note[120];
		sprintf(note, "with %s, the first closed, a connection of it left", reuses[k].what);
		if (try_bind(second, "in=127.0.0.1/P", note) == 0)
			sayf(listen(second, 5), "", "listen after it");
		close(second);
		close(client);
		close(server);
		if (k > 0)
			continue;
		second = sctp_socket(AF_INET, SOCK_STREAM);
		poll(NULL, 0, 200);
		try_bind(second, "in=127.0.0.1/P", "with no option, the connection shut down");
		close(second);
	}

	section("bind without privilege");
	if (fork() == 0) {
		if (setuid(65534) < 0)
			_exit(1);
		int other = sctp_socket(AF_INET, SOCK_STREAM);
		try_bind(other, "in=127.0.0.1/7", NULL);
		try_bind(other, "in=127.0.0.1/1023", NULL);
		try_bind(other, "in=127.0.0.1/1024", NULL);
		_exit(0);
	}
	wait(NULL);
}

void ask_listen_accept(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		section("listen and accept %s", type_name(type));
		int fd = sctp_socket(AF_INET, type);
		nonblocking(fd);
		sayf(accept(fd, NULL, NULL), "", "accept on a fresh socket");
		sayf(listen(fd, 5), "", "listen without bind");
		ask_name(fd, "after it");
		sayf(accept(fd, NULL, NULL), "", "accept without connection");
		sayf(listen(fd, 3), "", "listen again");
		sayf(listen(fd, 0), "", "listen 0");
		sayf(listen(fd, 0), "", "listen 0 again");
		sayf(listen(fd, -1), "", "listen -1");
		sayf(listen(fd, 5), "", "listen after them");
		words.port = port_of(fd);
		int client = sctp_socket(AF_INET, type);
		struct sockaddr_storage address;
		socklen_t n = loopback(&address, AF_INET, words.port);
		sayf(connect(client, (void *)&address, n), "", "connect to it");
		socklen_t length = sizeof address;
		int accepted = accept4(fd, (void *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
		sayf(accepted < 0 ? accepted : 0, accepted < 0 ? "" : dump_address(&address, length), "accept4 with flags");
		if (accepted >= 0) {
			char flags[40];
			sprintf(flags, "fl %#x fd %#x", fcntl(accepted, F_GETFL), fcntl(accepted, F_GETFD));
			sayf(0, flags, "flags of the accepted");
			ask_name(accepted, "of the accepted");
			sayf(listen(accepted, 5), "", "listen on the accepted");
			sayf(accept(accepted, NULL, NULL), "", "accept on the accepted");
		}
		sayf(accept4(fd, NULL, NULL, 0x20), "", "accept4 with flag 0x20");
		sayf(listen(client, 5), "", "listen on the connected");
		nonblocking(client);
		sayf(accept(client, NULL, NULL), "", "accept on the connected");
		ask_name(client, "of the connected");
		close(client);
		close(fd);
		fd = bound(AF_INET, type);
		nonblocking(fd);
		sayf(accept(fd, NULL, NULL), "", "accept on a bound socket");
		sayf(listen(fd, 5), "", "listen on a bound socket");
		close(fd);
	}
	section("backlog");
	int listener = bound(AF_INET, SOCK_STREAM);
	listen(listener, 1);
	nonblocking(listener);
	struct sockaddr_storage address;
	socklen_t n = loopback(&address, AF_INET, port_of(listener));
	for (int i = 0; i < 4; i++) {
		int client = sctp_socket(AF_INET, SOCK_STREAM);
		sayf(connect(client, (void *)&address, n), "", "connection %d to a listener with backlog 1", i + 1);
	}
	for (int i = 0; i < 4; i++) {
		int fd = accept(listener, NULL, NULL);
		sayf(fd < 0 ? fd : 0, "", "accept %d", i + 1);
	}
}

static long try_connect(int fd, const char *address, const char *note)
{
	char bytes[400];
	size_t n = pack(bytes, address);
	long result = connect(fd, (void *)bytes, n);
	sayf(result, "", "connect %s%s%s", address, note ? " " : "", note ? note : "");
	return result;
}

static void so_error(int fd, const char *when)
{
	int error = 0;
	socklen_t length = sizeof error;
	long result = getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
	sayf(result, error ? error_name(error) : "0", "SO_ERROR %s", when);
}

void ask_connect(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		section("connect %s", type_name(type));
		int listener = listening(AF_INET, type), gone = bound(AF_INET, type);
		words.port = port_of(gone);
		int fd = sctp_socket(AF_INET, type);
		try_connect(fd, "in=127.0.0.1/P", "where a socket is bound and does not listen");
		ask_name(fd, "after it");
		so_error(fd, "after it");
		close(gone);
		try_connect(fd, "in=127.0.0.1/P", "where nothing is, same socket");
		words.port = port_of(listener);
		static const char *const addresses[] = {
			"", "2:2", "2:2 2:9 4:0x0100007f", "2:2 2:9 4:0x0100007f 7:0", "2:0 0*14", "2:1 0*14", "2:77 0*14", "in=127.0.0.1/0", "in=0.0.0.0/0",
			"in=255.255.255.255/9", "in=224.0.0.1/9", "in=192.0.2.77/9", "in6=::1/P", "in6=::ffff:127.0.0.1/P", "in6=fd00::77/9", "st=127.0.0.1/0",
		};
		for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
			int other = sctp_socket(AF_INET, type);
			nonblocking(other);
			try_connect(other, addresses[i], NULL);
			close(other);
		}
		int wild = sctp_socket(AF_INET, type);
		try_connect(wild, "in=0.0.0.0/P", "the wildcard with the listener's port");
		close(wild);
		try_connect(fd, "in=127.0.0.1/P", "to the listener, same socket");
		ask_name(fd, "after it");
		try_connect(fd, "in=127.0.0.1/P", "again");
		try_connect(fd, "in=127.0.0.2/P", "another address of it");
		try_connect(fd, "in=127.0.0.1/9", "another port");
		try_connect(fd, "2:0 0*14", "AF_UNSPEC when connected");
		try_bind(fd, "in=127.0.0.1/0", "when connected");
		close(fd);
		try_connect(listener, "in=127.0.0.1/9", "from the listener");
		try_connect(listener, "in=127.0.0.1/P", "from the listener to itself");
		close(listener);

		section("connect non-blocking %s", type_name(type));
		listener = listening(AF_INET, type);
		words.port = port_of(listener);
		fd = sctp_socket(AF_INET, type);
		nonblocking(fd);
		sayf(0, poll_state(fd), "poll before");
		long begun = try_connect(fd, "in=127.0.0.1/P", "to a listener");
		if (begun < 0) {
			struct pollfd p = {.fd = fd, .events = POLLOUT};
			poll(&p, 1, 4000);
		}
		sayf(0, poll_state(fd), "poll when done");
		so_error(fd, "when done");
		try_connect(fd, "in=127.0.0.1/P", "again when done");
		close(fd);
		fd = sctp_socket(AF_INET, type);
		nonblocking(fd);
		try_connect(fd, "in=127.0.0.1/9", "where nothing is");
		if (type == SOCK_STREAM) {
			struct pollfd p = {.fd = fd, .events = POLLIN};
			poll(&p, 1, 4000);
		} else
			poll(NULL, 0, 300);
		sayf(0, poll_state(fd), "poll when refused");
		so_error(fd, "when refused");
		so_error(fd, "a second time");
		try_connect(fd, "in=127.0.0.1/9", "again");
		close(fd);
		close(listener);
	}
	section("connect ipv6");
	int listener = listening(AF_INET6, SOCK_STREAM);
	words.port = port_of(listener);
	int fd = sctp_socket(AF_INET6, SOCK_STREAM);
	try_connect(fd, "in6=::1/P", "to the listener");
	ask_name(fd, "after it");
	close(fd);
	int wild = sctp_socket(AF_INET6, SOCK_STREAM);
	listen(wild, 5);
	words.port = port_of(wild);
	for (int mapped = 0; mapped < 2; mapped++) {
		fd = sctp_socket(AF_INET6, SOCK_STREAM);
		setsockopt(fd, SOL_SCTP, SCTP_I_WANT_MAPPED_V4_ADDR, &mapped, 4);
		setsockopt(wild, SOL_SCTP, SCTP_I_WANT_MAPPED_V4_ADDR, &mapped, 4);
		try_connect(fd, "in6=::ffff:127.0.0.1/P", mapped ? "mapped addresses wanted" : "mapped addresses not wanted");
		ask_name(fd, "after it");
		struct sockaddr_storage address;
		socklen_t length = sizeof address;
		int accepted = accept(wild, (void *)&address, &length);
		sayf(accepted < 0 ? accepted : 0, dump_address(&address, length), "accept of it");
		ask_name(accepted, "of the accepted");
		close(accepted);
		close(fd);
		fd = sctp_socket(AF_INET6, SOCK_STREAM);
		try_connect(fd, "in=127.0.0.1/P", "an ipv4 address on an ipv6 socket");
		close(fd);
		accepted = accept(wild, NULL, NULL);
		close(accepted);
	}
	int on = 1;
	fd = sctp_socket(AF_INET6, SOCK_STREAM);
	setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, 4);
	try_connect(fd, "in6=::ffff:127.0.0.1/P", "mapped on V6ONLY");
	try_connect(fd, "in=127.0.0.1/P", "ipv4 on V6ONLY");
}
