/* Adding many samples at once, and reserving room for them: see samples.h. */
#include "profile/samples.h"
#include "profile/stacks.h"

/*
 * Profiles of one program have most stacks in common, so the dictionary is expected to have as
 * many of them as it has stacks.
 */
void profile_expect(struct profile *p, size_t nsample)
{
	enum { MOST = 1 << 20 }; /* a broken or malicious input may promise anything */
	size_t known = p->dict->stack.n;

	if (nsample > known)
		index_reserve(&p->dict->stack.index, (uint32_t)min_size(nsample - known, MOST));
}

static uint32_t likely_row(const struct profile *p, uint32_t hash)
{
	return index_likely(&p->dict->stack.index, hash);
}

/* Prefetch what a slot of the index leads to: the frames, the sample's row, its values. */
static void prefetch_sample(const struct profile *p, uint32_t hash)
{
	uint32_t row = likely_row(p, hash), sample = newest_sample(p, (stack_id){ row });

	__builtin_prefetch(p->dict->stack.frames + p->dict->stack.row[row].first);
	if (!sample)
		return;
	__builtin_prefetch(profile_sample(p, (sample_id){ sample }));
	for (size_t i = 0; i < p->ncol; i++)
		__builtin_prefetch(p->col[i].v + sample);
}

/* A sample without frames needs no array: `frames` may be NULL then. */
static const loc_id *frames_of(const struct batch_sample *b, const loc_id *frames)
{
	return b->n ? frames + b->first : frames;
}

/*
 * Profiles of one program mostly list its stacks in the same order. So the stack after
 * the one that was found last is tried first: that takes no hash, and its memory is next
 * to what was just read.
 */
static void find_next_stacks(struct profile *p, const loc_id *frames, struct batch_sample *batch,
			     size_t n)
{
	uint32_t next = p->dict->stack.next;

	for (size_t i = 0; i < n; i++) {
		const loc_id *f = frames_of(&batch[i], frames);

		batch[i].stack.i = stacks_is(&p->dict->stack, next, f, batch[i].n) ? next++ : 0;
		if (batch[i].stack.i)
			continue;
		batch[i].hash = stacks_hash(f, batch[i].n);
		index_prefetch(&p->dict->stack.index, batch[i].hash);
	}
}

static void find_stacks(struct profile *p, const loc_id *frames, struct batch_sample *batch,
			size_t n)
{
	find_next_stacks(p, frames, batch, n);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			__builtin_prefetch(&p->dict->stack.row[likely_row(p, batch[i].hash)]);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			prefetch_sample(p, batch[i].hash);
	for (size_t i = 0; i < n; i++)
		if (!batch[i].stack.i)
			batch[i].stack.i = stacks_intern(&p->dict->stack,
							 frames_of(&batch[i], frames), batch[i].n,
							 batch[i].hash);
	p->dict->stack.next = n ? batch[n - 1].stack.i + 1 : 0;
}

void profile_add_batch(struct profile *p, const loc_id *frames, struct batch_sample *batch,
		       size_t n)
{
	find_stacks(p, frames, batch, n);
	for (size_t i = 0; i < n; i++)
		batch[i].row = profile_add_sample(p, batch[i].stack, batch[i].labels);
}
