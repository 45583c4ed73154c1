// Messages out and in, and the states that poll sees.
#include "questions.h"

// send_text sends data, with the words of to as address and the words of control as ancillary data: "T:words", separated by
// semicolons, are a message of level SOL_SCTP and type T.
long send_text(int fd, const char *data, int flags, const char *to, const char *control)
{
	union {
		struct cmsghdr align;
		char bytes[1024];
	} room = {0};
	char name[256], list[1000];
	struct iovec iov = {.iov_base = (void *)data, .iov_len = strlen(data)};
	struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1};
	if (to) {
		m.msg_namelen = pack(name, to);
		m.msg_name = name;
	}
	if (control) {
		snprintf(list, sizeof list, "%s", control);
		char *saved, *at = room.bytes;
		for (char *item = strtok_r(list, ";", &saved); item; item = strtok_r(NULL, ";", &saved)) {
			struct cmsghdr *c = (void *)at;
			c->cmsg_level = SOL_SCTP;
			c->cmsg_type = atoi(item);
			size_t n = pack(CMSG_DATA(c), strchr(item, ':') + 1);
			c->cmsg_len = CMSG_LEN(n);
			at += CMSG_SPACE(n);
		}
		m.msg_control = room.bytes;
		m.msg_controllen = at - room.bytes;
	}
	return sendmsg(fd, &m, flags | MSG_NOSIGNAL);
}

void ask_send(const char *who, int fd, const char *data, int flags, const char *to, const char *control)
{
	long result = send_text(fd, data, flags, to, control);
	sayf(result, "", "%s sends \"%.20s\"%s%s%s%s%s", who, data, flags ? " with flags" : "", to ? " to " : "", to ? to : "",
		control ? " control " : "", control ? control : "");
}

static const char *flag_names(int flags)
{
	static const struct {
		int bit;
		const char *name;
	} names[] = {{MSG_EOR, "EOR"}, {MSG_NOTIFICATION, "NOTIFICATION"}, {MSG_TRUNC, "TRUNC"}, {MSG_CTRUNC, "CTRUNC"}, {MSG_PEEK, "PEEK"}};
	static char text[100];
	*text = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (flags & names[i].bit) {
			strcat(text, *text ? "," : "");
			strcat(text, names[i].name);
			flags &= ~names[i].bit;
		}
	if (flags || !*text)
		sprintf(text + strlen(text), "%s%#x", *text ? "," : "", flags);
	return text;
}

// event_layouts are the fields of notifications, by their type less 0x8000.
static const struct {
	const char *name, *layout;
} event_layouts[] = {
	{"event 0", ""},
	{"ASSOC_CHANGE", "2242222a*"},
	{"PEER_ADDR_CHANGE", "224s44a"},
	{"SEND_FAILED", "2244 2222444tta a*"},
	{"REMOTE_ERROR", "22422a*"},
	{"SHUTDOWN_EVENT", "224a"},
	{"PARTIAL_DELIVERY", "2244a44"},
	{"ADAPTATION", "2244a"},
	{"AUTHENTICATION", "224224a"},
	{"SENDER_DRY", "224a"},
	{"STREAM_RESET", "224a2222222222222222"},
	{"ASSOC_RESET", "224att"},
	{"STREAM_CHANGE", "224a22"},
	{"SEND_FAILED_EVENT", "2244 2244a a*"},
};

static void append_event(char *text, const unsigned char *data, size_t length)
{
	uint16_t type;
	memcpy(&type, data, 2);
	size_t i = type - 0x8000;
	if (length < 8 || i >= sizeof event_layouts / sizeof event_layouts[0]) {
		sprintf(text + strlen(text), " data %s", dump(data, length, ""));
		return;
	}
	sprintf(text + strlen(text), " %s %s", event_layouts[i].name, dump(data, length, event_layouts[i].layout));
}

static const char *control_layout(int type)
{
	switch (type) {
	case SCTP_SNDRCV:
		return "2222444tta";
	case SCTP_RCVINFO:
		return "22224tt4a";
	case SCTP_NXTINFO:
		return "2244a";
	}
	return "";
}

// ask_receive receives one message with so much room for data and for ancillary data.
void ask_receive(const char *who, int fd, size_t space, size_t control, int flags)
{
	static unsigned char data[300000];
	static char text[20000];
	union {
		struct cmsghdr align;
		char bytes[1024];
	} room = {0};
	struct sockaddr_storage name = {0};
	struct iovec iov = {.iov_base = data, .iov_len = space};
	struct msghdr m = {.msg_name = &name, .msg_namelen = sizeof name, .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = room.bytes, .msg_controllen = control};
	long n = recvmsg(fd, &m, flags);
	int number = errno;
	*text = 0;
	if (n >= 0) {
		sprintf(text, "flags %s name %u:", flag_names(m.msg_flags & ~MSG_CMSG_CLOEXEC), m.msg_namelen);
		if (m.msg_namelen > 0)
			strcat(text, dump_address(&name, m.msg_namelen > sizeof name ? sizeof name : m.msg_namelen));
		sprintf(text + strlen(text), " control %zu", m.msg_controllen);
		for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
			size_t used = (char *)CMSG_DATA(c) - (char *)c;
			size_t length = c->cmsg_len < used ? 0 : c->cmsg_len - used;
			if ((char *)CMSG_DATA(c) + length > room.bytes + control)
				length = room.bytes + control - (char *)CMSG_DATA(c);
			sprintf(text + strlen(text), " {%d/%d len %zu: %s}", c->cmsg_level, c->cmsg_type, c->cmsg_len,
				dump(CMSG_DATA(c), length, control_layout(c->cmsg_type)));
		}
		if (n > 0 && m.msg_flags & MSG_NOTIFICATION)
			append_event(text, data, n);
		else if (n > 0)
			sprintf(text + strlen(text), " \"%.*s\"", n > 40 ? 40 : (int)n, data);
	}
	errno = number;
	sayf(n, text, "%s receives", who);
}

// expect waits for what is to come and receives it.
void expect(const char *who, int fd)
{
	if (!readable(fd, 3000)) {
		sayf(0, "", "%s waits for nothing", who);
		return;
	}
	ask_receive(who, fd, 200000, 512, MSG_DONTWAIT);
}

// quiet is how long nothing must come before it counts as nothing.
enum { quiet = 400 };

// expect_all receives until nothing has come for a while, and has the program's own patience: twenty messages.
void expect_all(const char *who, int fd)
{
	for (int i = 0; i < 20 && readable(fd, quiet); i++) {
		int before = errno;
		ask_receive(who, fd, 200000, 512, MSG_DONTWAIT);
		errno = before;
		char byte;
		long n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		if (n == 0) { // at the end of an association the last notification may be some packets away
			poll(NULL, 0, 20);
			n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		}
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return;
	}
}

void expect_nothing(const char *who, int fd)
{
	if (readable(fd, quiet))
		ask_receive(who, fd, 200000, 512, MSG_DONTWAIT);
	else
		sayf(0, "", "%s gets nothing", who);
}

const char *poll_names(short events)
{
	static const struct {
		short bit;
		const char *name;
	} names[] = {{POLLIN, "IN"}, {POLLPRI, "PRI"}, {POLLOUT, "OUT"}, {POLLERR, "ERR"}, {POLLHUP, "HUP"}, {POLLNVAL, "NVAL"},
		{POLLRDHUP, "RDHUP"}, {POLLRDNORM, "RDNORM"}, {POLLRDBAND, "RDBAND"}, {POLLWRNORM, "WRNORM"}, {POLLWRBAND, "WRBAND"}};
	static char text[120];
	*text = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (events & names[i].bit) {
			strcat(text, *text ? "," : "");
			strcat(text, names[i].name);
		}
	return *text ? text : "-";
}

// poll_state is what poll and select answer at once.
const char *poll_state(int fd)
{
	static char text[200];
	struct pollfd p = {.fd = fd, .events = ~0};
	poll(&p, 1, 0);
	fd_set in, out, other;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&other);
	FD_SET(fd, &in);
	FD_SET(fd, &out);
	FD_SET(fd, &other);
	struct timeval now = {0};
	select(fd + 1, &in, &out, &other, &now);
	snprintf(text, sizeof text, "poll %s select %s%s%s", poll_names(p.revents), FD_ISSET(fd, &in) ? "r" : "-",
		FD_ISSET(fd, &out) ? "w" : "-", FD_ISSET(fd, &other) ? "e" : "-");
	return text;
}
