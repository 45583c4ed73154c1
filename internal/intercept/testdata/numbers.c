/* The lowest number is what programs count on. Only beyond the low ones, of which data calls stop, are sockets elsewhere. */
#include "checks.h"

int main(void)
{
	int fds[40], i, first = dup(0), n = 0, d, outside;

	close(first);
	while (n == 0 || fds[n - 1] < 512)
		fds[n] = stream(0), n++;
	CHECK("the lowest numbers first", fds[0] == first && fds[1] == first + 1);
	CHECK("up to 31", fds[n - 2] == 31);
	CHECK("then from 512 on", fds[n - 1] == 512);
	d = fcntl(fds[0], F_DUPFD, 0);
	CHECK("a duplicate goes there as well", d == 513);
	close(d);
	close(fds[3]);
	d = fcntl(fds[0], F_DUPFD, 5);
	CHECK("or to the lowest allowed", d == fds[3]);
	fds[3] = d;
	outside = dup(0);
	CHECK("a file takes the lowest still", outside == 32);
	close(outside);
	for (i = 0; i < n; i++)
		close(fds[i]);
	return verdict();
}
