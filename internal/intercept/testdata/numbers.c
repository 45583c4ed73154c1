/* The lowest number is what programs count on, some of them even on getting the one that they have just closed. Sockets that have numbers of
   their own, an argument says so, begin at 512. */
#include "checks.h"

int main(int argc, char **argv)
{
	int high = argc > 1, s, t, d, file = open("/dev/null", O_RDONLY);

	s = stream(0);
	CHECK("the lowest", s == (high ? 512 : file + 1));
	t = stream(0);
	CHECK("the next one", t == s + 1);
	close(file);
	d = stream(0);
	CHECK("the one that was closed", d == (high ? t + 1 : file));
	close(d);
	d = dup(s);
	CHECK("a duplicate too", high ? d > t : d == file);
	close(d);
	d = fcntl(s, F_DUPFD, 40);
	CHECK("with a lower bound", high ? d > t : d == 40);
	close(d);
	d = fcntl(s, F_DUPFD_CLOEXEC, 600);
	CHECK("with a high one", d == 600);
	close(0);
	close(d);
	d = stream(0);
	CHECK("standard input", d == 0);
	CHECK("F_DUPFD of less than nothing", fcntl(s, F_DUPFD, -1) < 0 && errno == EINVAL);
	return verdict();
}
