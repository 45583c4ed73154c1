// questions [-list] [GROUP...]: asks the questions of all groups, or of those that are named.
#include "questions.h"

static const struct {
	const char *name;
	void (*ask)(void);
} groups[] = {
	{"get", ask_gets},
	{"get-lengths", ask_get_lengths},
	{"set", ask_sets},
	{"set-lengths", ask_set_lengths},
	{"ids", ask_ids},
};

// patience bounds a group; nothing in here waits for long.
enum { patience = 60 };

// run asks one group in a process of its own: what it leaves open ends with it, and a group that hangs is not the end.
static void run(const char *name, void (*ask)(void))
{
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		alarm(patience);
		ask();
		exit(0);
	}
	int status;
	waitpid(child, &status, 0);
	if (status != 0)
		printf("%s | ended by itself | no | status %#x\n", name, status);
}

int main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		bool wanted = argc < 2;
		for (int k = 1; k < argc; k++)
			wanted = wanted || !strcmp(argv[k], groups[i].name);
		if (wanted)
			run(groups[i].name, groups[i].ask);
	}
	printf("questions: done\n");
	return 0;
}
