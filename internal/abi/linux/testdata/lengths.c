/* Asks the kernel which lengths it accepts for each SCTP socket option, in setsockopt and in getsockopt, on sockets of both styles, without and
 * with AUTH and ASCONF. All values are zero. A line is
 *
 *     STYLE EXTENSIONS set|get NUMBER: FROM-TO=ANSWER ...
 *
 * where the answer is an error's name, "ok" for set, "all" for a get that stores as length what it was given, and otherwise the length that it
 * stores. Options that answer ENOPROTOOPT to every length have no line. The last line is "end".
 *
 * It works in a network namespace of its own, so that it finds, and leaves, the defaults of all settings. It needs root. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { last_option = 140, longest = 300 };

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static int sctp_socket(int type)
{
	int s = socket(AF_INET, type, IPPROTO_SCTP);
	if (s < 0)
		fail("socket");
	return s;
}

/* answer asks once and writes the answer as above. */
static void answer(int s, int set, int option, int length, char out[32])
{
	static char value[8192];
	socklen_t stored = length;
	memset(value, 0, sizeof value);
	int r = set ? setsockopt(s, IPPROTO_SCTP, option, value, length) : getsockopt(s, IPPROTO_SCTP, option, value, &stored);
	if (r < 0)
		snprintf(out, 32, "%s", strerrorname_np(errno));
	else if (set)
		snprintf(out, 32, "ok");
	else if (stored == (socklen_t)length)
		snprintf(out, 32, "all");
	else
		snprintf(out, 32, "%u", stored);
}

static void ask(const char *style, int type, const char *extensions, int set, int option)
{
	char runs[longest + 1][32], line[8192];
	int n = 0, s = sctp_socket(type);
	for (int length = 0; length <= longest; length++)
		answer(s, set, option, length, runs[length]);
	close(s);
	for (int from = 0, to; from <= longest; from = to) {
		for (to = from; to <= longest && !strcmp(runs[from], runs[to]); to++)
			;
		if (from == 0 && to > longest && !strcmp(runs[0], "ENOPROTOOPT"))
			return;
		n += snprintf(line + n, sizeof line - n, " %d-%d=%s", from, to - 1, runs[from]);
	}
	printf("%s %s %s %d:%s\n", style, extensions, set ? "set" : "get", option, line);
}

static void ask_all(const char *extensions)
{
	for (int option = 0; option <= last_option; option++) {
		for (int set = 0; set < 2; set++) {
			ask("one-to-one", SOCK_STREAM, extensions, set, option);
			ask("one-to-many", SOCK_SEQPACKET, extensions, set, option);
		}
	}
}

static void enable(const char *setting)
{
	int f = open(setting, O_WRONLY);
	if (f < 0 || write(f, "1", 1) != 1)
		fail(setting);
	close(f);
}

int main(void)
{
	if (unshare(CLONE_NEWNET))
		fail("unshare");
	struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP};
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &lo))
		fail("lo");
	ask_all("off");
	enable("/proc/sys/net/sctp/auth_enable");
	enable("/proc/sys/net/sctp/addip_enable");
	ask_all("on");
	printf("end\n");
	return 0;
}
