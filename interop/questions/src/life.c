// What poll and select see through a socket's life, how it ends, and what ioctl counts.
#include "questions.h"
#include <linux/sockios.h>
#include <sys/epoll.h>

static void state(const char *who, int fd)
{
	sayf(0, poll_state(fd), "%s", who);
}

// settled waits until the event has come, or a while.
static void settled(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};
	poll(&p, 1, 1000);
}

void ask_poll(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		section("poll %s", type_name(type));
		int fd = sctp_socket(AF_INET, type);
		state("fresh", fd);
		close(fd);
		fd = bound(AF_INET, type);
		state("bound", fd);
		listen(fd, 5);
		state("listening", fd);
		int client = sctp_socket(AF_INET, type);
		struct sockaddr_storage address;
		socklen_t n = loopback(&address, AF_INET, port_of(fd));
		connect(client, (void *)&address, n);
		state("listener with a connection", fd);
		state("connected", client);
		int server = fd;
		if (type == SOCK_STREAM) {
			server = accept(fd, NULL, NULL);
			state("listener after accept", fd);
			state("accepted", server);
		}
		words.id = type == SOCK_STREAM ? 0 : first_id(client);
		send_text(client, "hello", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
		settled(server, POLLIN);
		state("server with a message", server);
		char bytes[10];
		recv(server, bytes, 2, 0);
		state("server after a part of it", server);
		recv(server, bytes, 10, 0);
		state("server after all of it", server);
		int epoll = epoll_create1(0);
		struct epoll_event edge = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET};
		sayf(epoll_ctl(epoll, EPOLL_CTL_ADD, server, &edge), "", "epoll of the server, by edge");
		struct epoll_event got = {0};
		long ready = epoll_wait(epoll, &got, 1, 0);
		sayf(ready, poll_names(got.events), "epoll first");
		sayf(epoll_wait(epoll, &got, 1, 0), "", "epoll again");
		for (int i = 0; i < 2; i++) {
			send_text(client, "more", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
			ready = epoll_wait(epoll, &got, 1, 1000);
			sayf(ready, poll_names(got.events), "epoll after message %d", i + 1);
		}
		sayf(epoll_wait(epoll, &got, 1, 0), "", "epoll again");
		recv(server, bytes, 10, 0);
		sayf(epoll_wait(epoll, &got, 1, 100), "", "epoll after a receive");
		recv(server, bytes, 10, 0);
		if (type == SOCK_STREAM)
			shutdown(client, SHUT_WR);
		else
			send_text(client, "", 0, NULL, "2:2:0 2:0x200 4:0 4:0 id");
		settled(server, POLLRDHUP);
		settled(client, POLLRDHUP);
		state("client after its shutdown", client);
		state("server after it", server);
		sayf(recv(server, bytes, 10, MSG_DONTWAIT), "", "server recv");
		sayf(recv(client, bytes, 10, MSG_DONTWAIT), "", "client recv");
		sayf(recv(client, bytes, 10, MSG_DONTWAIT), "", "client recv again");
		state("client at last", client);
		state("server at last", server);
		close(client);
		close(server);
		if (server != fd)
			close(fd);

		section("poll after an abort %s", type_name(type));
		struct pair p = pair(AF_INET, type);
		struct linger now = {.l_onoff = 1};
		setsockopt(p.client, SOL_SOCKET, SO_LINGER, &now, sizeof now);
		sayf(close(p.client), "", "client closes and does not linger");
		settled(p.server, POLLRDHUP);
		state("server after it", p.server);
		for (int i = 0; i < 2; i++) {
			sayf(recv(p.server, bytes, 10, MSG_DONTWAIT), "", "server recv");
			sayf(send(p.server, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL), "", "server send");
		}
		int error = 0;
		socklen_t length = sizeof error;
		getsockopt(p.server, SOL_SOCKET, SO_ERROR, &error, &length);
		sayf(0, error ? error_name(error) : "0", "server's SO_ERROR");
		state("server at last", p.server);
	}
}

static int pipes;

static void on_pipe(int number)
{
	(void)number;
	pipes++;
}

void ask_closing(void)
{
	section("SIGPIPE");
	signal(SIGPIPE, on_pipe);
	struct pair p = pair(AF_INET, SOCK_STREAM);
	shutdown(p.client, SHUT_WR);
	long n = send(p.client, "x", 1, 0);
	sayf(n, pipes ? "signal" : "no signal", "send after shutdown");
	pipes = 0;
	n = send(p.client, "x", 1, MSG_NOSIGNAL);
	sayf(n, pipes ? "signal" : "no signal", "send after shutdown with MSG_NOSIGNAL");
	pipes = 0;
	n = write(p.client, "x", 1);
	sayf(n, pipes ? "signal" : "no signal", "write after shutdown");
	close_pair(&p);
	pipes = 0;
	int many = sctp_socket(AF_INET, SOCK_SEQPACKET);
	n = send(many, "x", 1, 0);
	sayf(n, pipes ? "signal" : "no signal", "one-to-many send without association");
	close(many);

	section("half closed");
	p = pair(AF_INET, SOCK_STREAM);
	char bytes[20];
	send(p.server, "early", 5, 0);
	sayf(shutdown(p.client, SHUT_WR), "", "client shuts down, a message unread");
	settled(p.server, POLLRDHUP);
	sayf(send(p.server, "late", 4, MSG_NOSIGNAL), "", "server sends after it");
	sayf(recv(p.server, bytes, sizeof bytes, MSG_DONTWAIT), "", "server recv");
	sayf(recv(p.client, bytes, sizeof bytes, MSG_DONTWAIT), "", "client recv");
	sayf(recv(p.client, bytes, sizeof bytes, MSG_DONTWAIT), "", "client recv again");
	close_pair(&p);

	section("shutdown with data on its way");
	p = pair(AF_INET, SOCK_STREAM);
	send(p.client, "one", 3, 0);
	send(p.client, "two", 3, 0);
	sayf(shutdown(p.client, SHUT_WR), "", "client shuts down");
	for (int i = 0; i < 4; i++) {
		settled(p.server, POLLIN);
		sayf(recv(p.server, bytes, sizeof bytes, MSG_DONTWAIT), "", "server recv");
	}
	close_pair(&p);

	section("one-to-many shutdown call");
	p = pair(AF_INET, SOCK_SEQPACKET);
	subscribe_all(p.server);
	sayf(shutdown(p.client, SHUT_WR), "", "client shutdown 1");
	expect_nothing("server", p.server);
	close_pair(&p);

	section("autoclose");
	p = pair(AF_INET, SOCK_SEQPACKET);
	int seconds = 1;
	close_pair(&p);
	int server = listening(AF_INET, SOCK_SEQPACKET), client = bound(AF_INET, SOCK_SEQPACKET);
	sayf(setsockopt(client, SOL_SCTP, SCTP_AUTOCLOSE, &seconds, 4), "", "client closes what is idle for 1 second");
	subscribe_all(client);
	words.port = port_of(server);
	ask_send("client", client, "hello", 0, "in=127.0.0.1/P", NULL);
	expect_all("client", client);
	expect("client", client);
	expect_all("client", client);
	sayf(0, first_id(client) ? "has one" : "has none", "client's associations");
	close(client);
	close(server);

	section("linger");
	static const struct linger lingers[] = {{0, 0}, {1, 0}, {1, 1}};
	for (size_t i = 0; i < 3; i++) {
		p = pair(AF_INET, SOCK_STREAM);
		subscribe_all(p.server);
		setsockopt(p.client, SOL_SOCKET, SO_LINGER, &lingers[i], sizeof lingers[i]);
		sayf(close(p.client), "", "client closes with linger %d %d", lingers[i].l_onoff, lingers[i].l_linger);
		expect_all("server", p.server);
		close(p.server);
		close(p.listener);
	}

	section("listener closed with a connection waiting");
	int listener = listening(AF_INET, SOCK_STREAM);
	client = sctp_socket(AF_INET, SOCK_STREAM);
	subscribe_all(client);
	struct sockaddr_storage address;
	socklen_t length = loopback(&address, AF_INET, port_of(listener));
	sayf(connect(client, (void *)&address, length), "", "client connects");
	expect_all("client", client);
	sayf(close(listener), "", "listener closes");
	expect_all("client", client);
}

void ask_ioctl(void)
{
	static const struct {
		const char *name;
		unsigned long request;
	} requests[] = {{"FIONREAD", FIONREAD}, {"SIOCINQ", SIOCINQ}, {"SIOCOUTQ", SIOCOUTQ}, {"SIOCATMARK", SIOCATMARK}, {"SIOCGSTAMP", 0x8906}, {"FIONBIO", FIONBIO},
		{"FIOASYNC", FIOASYNC}, {"SIOCGIFCONF of nothing", 0x8912}, {"request 0x1234", 0x1234}};
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		int listener = listening(AF_INET, type), fresh = sctp_socket(AF_INET, type);
		struct pair p = pair(AF_INET, type);
		section("ioctl %s", type_name(type));
		send_text(p.client, "hello", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
		send_text(p.client, "world, too", 0, NULL, "2:2:0 2:0 4:0 4:0 id");
		settled(p.server, POLLIN);
		const struct {
			const char *name;
			int fd;
		} sockets[] = {{"fresh", fresh}, {"listening", listener}, {"client", p.client}, {"server with two messages", p.server}};
		for (size_t i = 0; i < 4; i++)
			for (size_t k = 0; k < sizeof requests / sizeof requests[0]; k++) {
				int value[4] = {0};
				long result = ioctl(sockets[i].fd, requests[k].request, value);
				sayf(result, result < 0 || k > 5 ? "" : dump(value, 4, "4"), "%s %s", sockets[i].name, requests[k].name);
			}
		close_pair(&p);
	}
}
