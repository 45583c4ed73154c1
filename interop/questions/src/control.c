// Ancillary data, sent and received; the shapes of received messages.
#include "questions.h"

// Types of ancillary data by number, as the questions write them: 0 SCTP_INIT, 1 SCTP_SNDRCV, 2 SCTP_SNDINFO, 3 SCTP_RCVINFO,
// 4 SCTP_NXTINFO, 5 SCTP_PRINFO, 6 SCTP_AUTHINFO, 7 SCTP_DSTADDRV4, 8 SCTP_DSTADDRV6.
static const char *const controls[] = {
	"1:2:1 2:0 2:0 2:0 4:0x01020304 4:5 4:0 4:0 4:0 id",
	"1:2:1 2:7 2:1 2:0 4:0 4:0 4:0 4:9 4:9 id",
	"1:2:1 2:0 2:0x08 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:1 2:0 2:0x40 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:1 2:0 2:0 2:0 4:0 4:0 4:60000 4:0 4:0 id",
	"1:2:1 2:0 2:0x10 2:0 4:0 4:0 4:60000 4:0 4:0 id",
	"1:2:1 2:0 2:0x20 2:0 4:0 4:0 4:60000 4:0 4:0 id",
	"1:2:9 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:10 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x80 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x100 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x400 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x800 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x8000 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"1:2:0 2:0 2:0x02 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"2:2:1 2:0 4:0x01020304 4:5 id",
	"2:2:2 2:1 4:0 4:0 id",
	"2:2:0 2:0x02 4:0 4:0 id",
	"2:2:0 2:0x08 4:0 4:0 id",
	"2:2:0 2:0x40 4:0 4:0 id",
	"2:2:0 2:0x10 4:0 4:0 id",
	"2:2:0 2:0x80 4:0 4:0 id",
	"2:2:10 2:0 4:0 4:0 id",
	"2:2:0 2:0 4:0 4:0 4:1",
	"2:2:0 2:0 4:0 4:0 4:2",
	"2:2:0 2:0 4:0 4:0 4:0x7ffffffe",
	"2:2:1 2:0 4:0 4:0 id;5:2:0x10 2:0 4:1000",
	"2:2:1 2:0 4:0 4:0 id;5:2:0x20 2:0 4:3",
	"2:2:1 2:0 4:0 4:0 id;5:2:0x30 2:0 4:3",
	"2:2:1 2:0 4:0 4:0 id;5:2:0x40 2:0 4:3",
	"2:2:1 2:0 4:0 4:0 id;5:2:0 2:0 4:3",
	"2:2:1 2:0 4:0 4:0 id;6:2:0 2:0",
	"2:2:1 2:0 4:0 4:0 id;6:2:1 2:0",
	"2:2:1 2:0 4:0 4:0 id;1:2:1 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0 id",
	"2:2:1 2:0 4:0 4:0 id;2:2:1 2:0 4:0 4:0 id",
	"5:2:0x10 2:0 4:1000",
	"0:2:5 2:5 2:0 2:0",
	"3:2:0 2:0 2:0 2:0 4:0 4:0 4:0 4:0 id",
	"4:2:0 2:0 4:0 4:0 id",
	"7:4:0x0100007f",
	"7:4:0",
	"8:8:0 8:0",
	"9:4:0",
	"-1:4:0",
	"1:2:1 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0",
	"1:2:1 2:0 2:0 2:0 4:0 4:0 4:0 4:0 4:0 id 4:0",
	"2:2:1 2:0 4:0 4:0",
	"2:2:1 2:0 4:0 4:0 id 4:0",
	"5:2:0x10 2:0",
	"6:4:0",
	"6:2:0",
	"0:2:5 2:5 2:0",
	"7:2:0",
	"8:8:0",
};

static void receive_rich(int fd)
{
	int on = 1;
	setsockopt(fd, SOL_SCTP, SCTP_RECVRCVINFO, &on, sizeof on);
}

void ask_control(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		section("control %s", type_name(type));
		struct pair p = pair_with(AF_INET, type, receive_rich);
		for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
			long n = send_text(p.client, "hello", MSG_DONTWAIT, NULL, controls[i]);
			sayf(n, "", "send with %s", controls[i]);
			if (n > 0)
				expect("server", p.server);
		}
		close_pair(&p);
	}
	section("control malformed");
	struct pair p = pair(AF_INET, SOCK_STREAM);
	static const struct {
		const char *what, *bytes;
		int length;
	} broken[] = {
		{"control of 4 bytes", "4:20", 4},
		{"header of length 0", "8:0 4:132 4:2 0*16", 32},
		{"header of length 15", "8:15 4:132 4:2 0*16", 32},
		{"header of length 16", "8:16 4:132 4:2 0*16", 32},
		{"length beyond the control", "8:48 4:132 4:2 0*16", 32},
		{"length of all ones", "8:-1 4:132 4:2 0*16", 32},
		{"another level", "8:32 4:1 4:2 0*16", 32},
		{"level IPPROTO_IP", "8:20 4:0 4:8 4:0 4:0", 24},
		{"level 0xffffffff", "8:32 4:-1 4:2 0*16", 32},
		{"SCM_RIGHTS", "8:20 4:1 4:1 4:0 4:0", 24},
		{"seventeen bytes behind a whole one", "8:32 4:132 4:2 0*16 0*17", 49},
	};
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		char room[200];
		char byte = 'x';
		struct iovec iov = {.iov_base = &byte, .iov_len = 1};
		pack(room, broken[i].bytes);
		struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = room, .msg_controllen = broken[i].length};
		sayf(sendmsg(p.client, &m, MSG_DONTWAIT), "", "send with %s", broken[i].what);
	}
	close_pair(&p);

	section("implicit association");
	int server = listening(AF_INET, SOCK_SEQPACKET), client = sctp_socket(AF_INET, SOCK_SEQPACKET);
	subscribe_all(server);
	subscribe_all(client);
	words.port = port_of(server);
	ask_send("client", client, "hello", 0, "in=127.0.0.1/P", "0:2:3 2:4 2:0 2:0;2:2:2 2:0 4:0 4:0 4:0");
	expect_all("client", client);
	expect_all("server", server);
	ask_send("client", client, "again", 0, "in=127.0.0.1/P", "2:2:3 2:0 4:0 4:0 4:0");
	ask_send("client", client, "again", 0, "in=127.0.0.1/P", "0:2:3 2:4 2:0 2:0");
	expect_all("server", server);
	int other = sctp_socket(AF_INET, SOCK_SEQPACKET);
	ask_send("other", other, "hello", 0, "in=127.0.0.1/P", "2:2:0 2:0x400 4:0 4:0 4:0;7:4:0x0200007f");
	expect_all("server", server);
	ask_send("other", other, "hello", 0, "in=127.0.0.1/P", "2:2:0 2:0 4:0 4:0 4:0;7:4:0x0100007f");
	ask_send("other", other, "hello", 0, "in=127.0.0.1/P", "2:2:0 2:0 4:0 4:0 4:0;5:2:0x20 2:0 4:3");
	expect_all("server", server);
	ask_send("client", client, "", 0, "in=127.0.0.1/P", "2:2:0 2:0x200 4:0 4:0 4:0");
	expect_all("client", client);
	ask_send("client", client, "", 0, "in=127.0.0.1/P", "2:2:0 2:0x200 4:0 4:0 4:0");
	ask_send("client", client, "", 0, "in=127.0.0.1/P", "2:2:0 2:0x04 4:0 4:0 4:0");
}

// Options that add ancillary data to what is received.
static void want(int fd, bool data_io, bool rcvinfo, bool nxtinfo)
{
	struct sctp_event_subscribe events = {.sctp_data_io_event = data_io};
	int r = rcvinfo, n = nxtinfo;
	setsockopt(fd, SOL_SCTP, SCTP_EVENTS, &events, sizeof events);
	setsockopt(fd, SOL_SCTP, SCTP_RECVRCVINFO, &r, sizeof r);
	setsockopt(fd, SOL_SCTP, SCTP_RECVNXTINFO, &n, sizeof n);
}

// arrive gives two messages the time to be there.
static void arrive(void)
{
	poll(NULL, 0, 50);
}

void ask_received(void)
{
	for (int type = SOCK_STREAM; type <= SOCK_SEQPACKET; type += SOCK_SEQPACKET - SOCK_STREAM) {
		struct pair p = pair(AF_INET, type);
		char info[100];
		int on = 1;
		section("received %s", type_name(type));
		// Without this the second message would wait for the acknowledgement of the first, which comes when it likes.
		setsockopt(p.client, SOL_SCTP, SCTP_NODELAY, &on, sizeof on);
		snprintf(info, sizeof info, "2:2:3 2:0 4:0x0a0b0c0d 4:0 id");
		for (int wanted = 0; wanted < 8; wanted++) {
			char who[60];
			want(p.server, wanted & 1, wanted & 2, wanted & 4);
			send_text(p.client, "first", 0, NULL, info);
			send_text(p.client, "the second", 0, NULL, "2:2:4 2:1 4:7 4:0 id");
			arrive();
			snprintf(who, sizeof who, "server with%s%s%s", wanted & 1 ? " data_io" : "", wanted & 2 ? " RECVRCVINFO" : "",
				wanted & 4 ? " RECVNXTINFO" : "");
			expect(who, p.server);
			expect(who, p.server);
		}
		section("received %s short control", type_name(type));
		want(p.server, true, true, true);
		static const size_t rooms[] = {0, 8, 15, 16, 20, 32, 47, 48, 49, 64, 95, 96, 100, 144};
		for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++) {
			char who[60];
			send_text(p.client, "first", 0, NULL, info);
			send_text(p.client, "the second", 0, NULL, info);
			arrive();
			snprintf(who, sizeof who, "server with room for %zu", rooms[i]);
			ask_receive(who, p.server, 100, rooms[i], MSG_DONTWAIT);
			recv(p.server, who, sizeof who, 0);
		}
		section("received %s in pieces", type_name(type));
		want(p.server, false, true, false);
		send_text(p.client, "0123456789", 0, NULL, info);
		send_text(p.client, "abcdefghij", 0, NULL, info);
		arrive();
		ask_receive("server peeks at 4 bytes", p.server, 4, 200, MSG_DONTWAIT | MSG_PEEK);
		ask_receive("server peeks at 100 bytes", p.server, 100, 200, MSG_DONTWAIT | MSG_PEEK);
		ask_receive("server with room for 4 bytes", p.server, 4, 200, MSG_DONTWAIT);
		ask_receive("server with room for 4 bytes", p.server, 4, 200, MSG_DONTWAIT);
		ask_receive("server peeks at 100 bytes", p.server, 100, 200, MSG_DONTWAIT | MSG_PEEK);
		ask_receive("server with room for 4 bytes", p.server, 4, 200, MSG_DONTWAIT);
		ask_receive("server with room for 0 bytes", p.server, 0, 200, MSG_DONTWAIT);
		ask_receive("server with room for 4 bytes and MSG_TRUNC", p.server, 4, 200, MSG_DONTWAIT | MSG_TRUNC);
		ask_receive("server with MSG_WAITALL", p.server, 100, 200, MSG_DONTWAIT | MSG_WAITALL);
		ask_receive("server when nothing is left", p.server, 100, 200, MSG_DONTWAIT);
		close_pair(&p);
	}
}
