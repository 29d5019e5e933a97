#include "record/sampler/drain_thread.h"

#include <signal.h>
#include <unistd.h>

#include "record/sampler/sampler_events.h"

enum {
	LOOK_MS = 10,
	/* Bytes of waiting records: seconds of a busy CPU, also at the highest frequencies. */
	LEAST_OF_CPU = 16 << 20,
	MOST_OF_CPU = 64 << 20,
	BYTES_OF_HZ = 64 << 10,
	WAITING_OF_LIMIT = 4, /* but at most 1/4 of the memory limit */
};

static size_t most_waiting(const struct recorder *r)
{
	const struct sampler *s = r->sampler;
	size_t of_cpu = min_size((size_t)s->frequency * BYTES_OF_HZ, MOST_OF_CPU);

	if (of_cpu < LEAST_OF_CPU)
		of_cpu = LEAST_OF_CPU;
	if (sampler_has_bursts(s))
		of_cpu = MOST_OF_CPU;
	return min_size(s->nring * of_cpu, mem_limit_now() / WAITING_OF_LIMIT);
}

static void *drain(void *context)
{
	struct drain_thread *d = context;
	size_t most = most_waiting(d->recorder);

	while (!d->stop) {
		if (d->recorder->decoder.queue.bytes < most)
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
