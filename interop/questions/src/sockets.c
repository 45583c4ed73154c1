// Sockets in the states that are asked about. All traffic stays on loopback.
#include "questions.h"

static void must(long result, const char *what)
{
	if (result < 0) {
		sayf(result, "", "cannot go on: %s", what);
		exit(1);
	}
}

int sctp_socket(int family, int type)
{
	int fd = socket(family, type, IPPROTO_SCTP);
	must(fd, "socket");
	return fd;
}

socklen_t loopback(struct sockaddr_storage *address, int family, int port)
{
	memset(address, 0, sizeof *address);
	if (family == AF_INET6) {
		struct sockaddr_in6 a = {.sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback};
		memcpy(address, &a, sizeof a);
		return sizeof a;
	}
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	memcpy(address, &a, sizeof a);
	return sizeof a;
}

// bound makes a socket that has the loopback address and a port of its own.
int bound(int family, int type)
{
	struct sockaddr_storage address;
	int fd = sctp_socket(family, type);
	socklen_t length = loopback(&address, family, 0);
	must(bind(fd, (void *)&address, length), "bind");
	return fd;
}

int listening(int family, int type)
{
	int fd = bound(family, type);
	must(listen(fd, 5), "listen");
	return fd;
}

int port_of(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof address;
	must(getsockname(fd, (void *)&address, &length), "getsockname");
	return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

// first_id returns the identifier of the first association of a socket.
int32_t first_id(int fd)
{
	struct {
		uint32_t count;
		int32_t ids[32];
	} list = {0};
	socklen_t length = sizeof list;
	if (getsockopt(fd, SOL_SCTP, SCTP_GET_ASSOC_ID_LIST, &list, &length) < 0 || list.count == 0)
		return 0;
	return list.ids[0];
}

// pair_with makes an association of two sockets, which prepare gets before anything else is done with them.
struct pair pair_with(int family, int type, void (*prepare)(int fd))
{
	struct pair p = {.family = family, .type = type};
	struct sockaddr_storage address;
	p.listener = bound(family, type);
	p.client = bound(family, type);
	if (prepare) {
		prepare(p.listener);
		prepare(p.client);
	}
	must(listen(p.listener, 5), "listen");
	p.port = port_of(p.listener);
	socklen_t length = loopback(&address, family, p.port);
	must(connect(p.client, (void *)&address, length), "connect");
	p.server = p.listener;
	if (type == SOCK_STREAM) {
		p.server = accept(p.listener, NULL, NULL);
		must(p.server, "accept");
	}
	p.client_id = first_id(p.client);
	p.server_id = first_id(p.server);
	use_pair(&p, true);
	return p;
}

struct pair pair(int family, int type)
{
	return pair_with(family, type, NULL);
}

void close_pair(struct pair *p)
{
	close(p->client);
	if (p->server != p->listener)
		close(p->server);
	close(p->listener);
}

// use_pair gives the words of the questions their meaning, on the client's side or the server's. One-to-one sockets are asked
// with the identifier 0, as programs do.
void use_pair(struct pair *p, bool client)
{
	int other = port_of(p->client);
	loopback(&words.peer, p->family, client ? p->port : other);
	loopback(&words.local, p->family, client ? other : p->port);
	words.port = p->port;
	words.id = p->type == SOCK_STREAM ? 0 : client ? p->client_id : p->server_id;
}

void nonblocking(int fd)
{
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

bool readable(int fd, int milliseconds)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, milliseconds) > 0;
}

const char *type_name(int type)
{
	return type == SOCK_STREAM ? "one-to-one" : "one-to-many";
}

const char *family_name(int family)
{
	return family == AF_INET ? "ipv4" : "ipv6";
}

// subscribe_all asks for every event but the older form of a failed send.
void subscribe_all(int fd)
{
	for (int type = SCTP_ASSOC_CHANGE; type <= SCTP_SEND_FAILED_EVENT; type++) {
		struct sctp_event event = {.se_type = type, .se_on = type != SCTP_SEND_FAILED};
		setsockopt(fd, SOL_SCTP, SCTP_EVENT, &event, sizeof event);
	}
	int on = 1;
	setsockopt(fd, SOL_SCTP, SCTP_RECVRCVINFO, &on, sizeof on);
}
