#include "record/drain_thread.h"

#include <signal.h>
#include <unistd.h>

enum {
	LOOK_MS = 10,
	MOST_WAITING = 4 << 20, /* bytes of records: seconds of two busy CPUs */
};

static void *drain(void *context)
{
	struct drain_thread *d = context;

	while (!d->stop) {
		if (d->recorder->decoder.queue.bytes < MOST_WAITING)
			recorder_take(d->recorder);
		usleep(LOOK_MS * 1000);
	}
	return NULL;
}

/* Signals are for the main thread. */
void drain_thread_start(struct drain_thread *d, struct recorder *recorder)
{
	sigset_t all, was;

	*d = (struct drain_thread){ .recorder = recorder };
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	d->runs = pthread_create(&d->thread, NULL, drain, d) == 0;
	pthread_sigmask(SIG_SETMASK, &was, NULL);
}

void drain_thread_stop(struct drain_thread *d)
{
	d->stop = true;
	if (d->runs)
		pthread_join(d->thread, NULL);
}
