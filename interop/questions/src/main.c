// questions [GROUP...]: asks the questions of all groups, or of those that are named.
#include "questions.h"

static const struct group {
	const char *name;
	void (*ask)(void);
	bool alone; // it works hard, and what others measure by the clock would be wrong
} groups[] = {
	{"get", ask_gets, true},
	{"get-lengths", ask_get_lengths, true},
	{"set", ask_sets, true},
	{"set-lengths", ask_set_lengths, true},
	{"ids", ask_ids, true},
	{"socket", ask_socket_calls, false},
	{"bind", ask_bind, false},
	{"listen", ask_listen_accept, false},
	{"connect", ask_connect, false},
	{"send", ask_send_errors, false},
	{"receive", ask_receive_errors, false},
	{"shutdown", ask_shutdown, false},
	{"names", ask_names, false},
	{"pointers", ask_pointers, false},
	{"control", ask_control, false},
	{"received", ask_received, false},
	{"events", ask_events, false},
	{"events-many", ask_events_many, false},
	{"failures", ask_failures, false},
	{"paths", ask_paths, false},
	{"poll", ask_poll, false},
	{"closing", ask_closing, false},
	{"ioctl", ask_ioctl, false},
	{"bindx", ask_bindx, false},
	{"connectx", ask_connectx, false},
	{"peeloff", ask_peeloff, false},
	{"inheritance", ask_inheritance, false},
	{"signals", ask_signals, false},
	{"proc", ask_proc, false},
	{"reconfiguration", ask_reconfiguration, false},
	{"reconfiguration-many", ask_reconfiguration_many, false},
	{"authentication", ask_authentication, false},
	{"extensions", ask_extensions, false},
	{"details", ask_details, false},
	{"tuning", ask_tuning, false},
};

enum {
	group_count = sizeof groups / sizeof groups[0],
	patience = 60, // seconds that bound a group; nothing in here waits for long
};

// asked is a group that is being asked, in a process of its own: what it leaves open ends with it, and a group that hangs is
// not the end.
struct asked {
	pid_t child;
	FILE *answers;
};

static struct asked begin(const struct group *g)
{
	struct asked a = {.answers = tmpfile()};
	if (!a.answers) {
		perror("tmpfile");
		exit(2);
	}
	fflush(stdout);
	a.child = fork();
	if (a.child == 0) {
		dup2(fileno(a.answers), STDOUT_FILENO);
		alarm(patience);
		g->ask();
		exit(0);
	}
	return a;
}

// finish waits for a group and prints what it answered.
static void finish(const struct group *g, struct asked *a)
{
	int status, c;
	waitpid(a->child, &status, 0);
	rewind(a->answers);
	while ((c = getc(a->answers)) != EOF)
		putchar(c);
	fclose(a->answers);
	if (status != 0)
		printf("%s | ended by itself | no | status %#x\n", g->name, status);
}

static bool wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], name))
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	struct asked asked[group_count];
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < group_count; i++)
		if (groups[i].alone && wanted(groups[i].name, argc, argv)) {
			asked[i] = begin(&groups[i]);
			finish(&groups[i], &asked[i]);
		}
	for (int i = 0; i < group_count; i++)
		if (!groups[i].alone && wanted(groups[i].name, argc, argv))
			asked[i] = begin(&groups[i]);
	for (int i = 0; i < group_count; i++)
		if (!groups[i].alone && wanted(groups[i].name, argc, argv))
			finish(&groups[i], &asked[i]);
	printf("questions: done\n");
	return 0;
}
