// Files that tell about SCTP: names, titles and, of the settings, values.
#include "questions.h"
#include <dirent.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

// first_line says the first line of a file, with blanks for tabs.
static void first_line(const char *file, const char *question)
{
	char line[600];
	FILE *f = fopen(file, "r");
	if (!f) {
		say(question, -1, "");
		return;
	}
	if (!fgets(line, sizeof line, f))
		*line = 0;
	line[strcspn(line, "\n")] = 0;
	for (char *at = line; *at; at++)
		if (*at == '\t')
			*at = ' ';
	say(question, 0, line);
	fclose(f);
}

// first_words says the first word of every line of a file, of those that begin with prefix.
static void first_words(const char *file, const char *question, const char *prefix)
{
	char line[600], word[64];
	FILE *f = fopen(file, "r");
	if (!f) {
		say(question, -1, "");
		return;
	}
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "%63s", word) == 1 && !strncmp(word, prefix, strlen(prefix)))
			sayf(0, word, "%s has", question);
	fclose(f);
}

void ask_proc(void)
{
	section("/proc/sys/net/sctp");
	static char names[100][64];
	int count = 0;
	DIR *dir = opendir("/proc/sys/net/sctp");
	for (struct dirent *entry; dir && count < 100 && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			snprintf(names[count++], sizeof names[0], "%.63s", entry->d_name);
	qsort(names, count, sizeof names[0], by_name);
	for (int i = 0; i < count; i++) {
		char file[128];
		snprintf(file, sizeof file, "/proc/sys/net/sctp/%.63s", names[i]);
		// How much memory SCTP may have depends on how much the machine has.
		if (strstr(names[i], "mem"))
			sayf(access(file, R_OK), "~ ~ ~", "%s", names[i]);
		else
			first_line(file, names[i]);
	}
	section("/proc/net");
	first_line("/proc/net/sctp/assocs", "sctp/assocs");
	first_line("/proc/net/sctp/eps", "sctp/eps");
	first_line("/proc/net/sctp/remaddr", "sctp/remaddr");
	first_words("/proc/net/sctp/snmp", "sctp/snmp", "");
	first_words("/proc/net/protocols", "protocols", "SCTP");
}
