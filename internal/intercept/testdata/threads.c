/* A thousand threads wait on sockets, half of them on one and half on one each. */
#include "checks.h"

#define HALF 500

static int shared, own[HALF];

static void *receiver(void *fd)
{
	char c;
	return (void *)(long)(recv(*(int *)fd, &c, 1, 0) == 1);
}

int main(void)
{
	static pthread_t th[2 * HALF];
	pthread_attr_t small;
	long i, sum = 0;
	void *r;

	alarm(80);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 << 10);
	shared = dial(ECHO);
	for (i = 0; i < HALF; i++) {
		own[i] = dial(ECHO);
		CHECK("a thread", !pthread_create(&th[i], &small, receiver, &shared));
		CHECK("another", !pthread_create(&th[HALF + i], &small, receiver, &own[i]));
	}
	for (i = 0; i < HALF; i++) {
		CHECK("one for all", send(shared, "x", 1, 0) == 1);
		CHECK("one for each", send(own[i], "x", 1, 0) == 1);
	}
	for (i = 0; i < 2 * HALF; i++) {
		pthread_join(th[i], &r);
		sum += (long)r;
	}
	CHECK("each got a message", sum == 2 * HALF);
	return verdict();
}
