#include "record/taker.h"

#include <signal.h>
#include <unistd.h>

enum {
	LOOK_MS = 10,
	MOST_WAITING = 4 << 20, /* bytes of records: seconds of two busy CPUs */
};

static void *take_on(void *context)
{
	struct taker *t = context;

	while (!t->stop) {
		if (t->recorder->bytes.n < MOST_WAITING)
			recorder_take(t->recorder);
		usleep(LOOK_MS * 1000);
	}
	return NULL;
}

/* Signals are for the thread that was there first. */
void taker_start(struct taker *t, struct recorder *recorder)
{
	sigset_t all, was;

	*t = (struct taker){ .recorder = recorder };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	t->runs = pthread_create(&t->thread, NULL, take_on, t) == 0;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
}

void taker_stop(struct taker *t)
{
	t->stop = true;
	if (t->runs)
		pthread_join(t->thread, NULL);
}
