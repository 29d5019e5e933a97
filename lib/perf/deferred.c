#include "perf/deferred.h"

/* A thread has few samples between two returns to the program; only a broken file has more. */
enum { MOST_WAITING = 4096 };

static void free_sample(struct deferred_sample *s)
{
	mem_free(s->chain, s->nchain * sizeof(*s->chain));
}

void deferred_release(struct deferred *d)
{
	for (size_t i = 0; i < d->waiting.n; i++)
		free_sample(&d->waiting.v[i]);
	vec_release(&d->waiting);
	vec_release(&d->chain);
}

bool deferred_wait(struct deferred *d, const struct record *r, size_t event)
{
	const struct record_sample *s = &r->sample;
	struct deferred_sample new = { .record = *r, .event = event, .nchain = s->nchain - 1 };

	if (s->nchain < 2 || s->chain[s->nchain - 2] != RECORD_CONTEXT_DEFERRED ||
	    d->waiting.n == MOST_WAITING)
		return false;
	new.cookie = s->chain[s->nchain - 1];
	new.chain = mem_resize(NULL, 0, new.nchain * sizeof(*new.chain));
	memcpy(new.chain, s->chain, new.nchain * sizeof(*new.chain));
	new.record.sample = (struct record_sample){
		.ip = s->ip, .address = s->address, .period = s->period, .mode = s->mode
	};
	vec_push(&d->waiting, new);
	return true;
}

/* Hands out a sample. The rest of the chain, if there is one, replaces the mark. */
static void hand_out(struct deferred *d, struct deferred_sample *s, const struct record *rest,
		     void (*handle)(void *context, const struct record *r, size_t event),
		     void *context)
{
	struct record *r = &s->record;

	vec_clear(&d->chain);
	vec_append(&d->chain, s->chain, s->nchain - (rest != NULL));
	if (rest) {
		if (!rest->deferred.nchain ||
		    rest->deferred.chain[0] != (uint64_t)PERF_CONTEXT_USER)
			vec_push(&d->chain, (uint64_t)PERF_CONTEXT_USER);
		vec_append(&d->chain, rest->deferred.chain, rest->deferred.nchain);
	}
	r->sample.chain = d->chain.v;
	r->sample.nchain = d->chain.n;
	handle(context, r, s->event);
	free_sample(s);
}

void deferred_complete(struct deferred *d, const struct record *rest,
		       void (*handle)(void *context, const struct record *r, size_t event),
		       void *context)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->waiting.n; i++) {
		struct deferred_sample *s = &d->waiting.v[i];

		if (s->record.tid != rest->tid)
			d->waiting.v[kept++] = *s;
		else
			hand_out(d, s, s->cookie == rest->deferred.cookie ? rest : NULL, handle,
				 context);
	}
	d->waiting.n = kept;
}

void deferred_flush(struct deferred *d,
		    void (*handle)(void *context, const struct record *r, size_t event),
		    void *context)
{
	for (size_t i = 0; i < d->waiting.n; i++)
		hand_out(d, &d->waiting.v[i], NULL, handle, context);
	vec_clear(&d->waiting);
}
