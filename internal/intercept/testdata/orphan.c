/* Waits for what never comes, and says how that ended. */
#include "checks.h"

int main(void)
{
	int s = dial(ECHO);
	char b[10];
	ssize_t n;

	alarm(30);
	printf("waiting\n");
	fflush(stdout);
	errno = 0;
	n = recv(s, b, sizeof b, 0);
	n = n < 0 ? errno : n;
	printf("recv: %zd; poll: %d; socket: %d\n", n, (shows(s, POLLIN, 5000) & POLLHUP) != 0, (stream(0), errno));
	fflush(stdout);
	return 0;
}
