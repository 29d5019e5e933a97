/*
 * Adding samples in large numbers, for readers of large inputs:
 *
 *	adder_begin(&a, profile, threads);
 *	... adder_sample(&a, frames, n, labels); adder_value(&a, col, v, 1, 0); ...
 *	adder_end(&a);
 *
 * The result is that of profile_add_sample() and profile_add_value(), but samples are
 * gathered into blocks, so that many look-ups wait for memory at the same time: with
 * 300,000 stacks nearly every look-up waits. With `threads`, another thread adds a block
 * while the reader fills the next one.
 *
 * Between adder_begin() and adder_end() the reader must not use the profile or the
 * dictionary's stacks. It may add strings, functions, mappings, locations and labels.
 */
#ifndef PROFILE_ADDER_H
#define PROFILE_ADDER_H

#include "base/relay.h"
#include "base/vec.h"
#include "profile/samples.h"

/* A value of sample `sample` of the block. */
struct adder_value {
	uint32_t sample, col;
	int64_t v, scale;
	uint64_t frac; /* in 10^-18ths */
};

/* Samples that are added together. */
struct adder_block {
	VEC(loc_id) frames;
	VEC(struct batch_sample) samples;
	VEC(struct adder_value) values;
};

struct adder_limits {
	size_t samples, frames;
};

struct adder {
	struct profile *p;
	struct adder_limits most; /* of a block */
	bool keep_order;          /* the reader's: profile_observe() each value, at time 0 */
	struct relay relay;
	struct adder_block block[RELAY_BLOCKS];
	unsigned filling; /* the block that the reader fills */
	bool is_begun;    /* adder_room() was called for the next sample */
};

void adder_begin(struct adder *a, struct profile *p, bool threads);

/* A block is full: it is added, by the thread or at once, and the reader fills another one. */
void adder_pass_block_on(struct adder *a);

/*
 * Reserve room for the n frames of the next sample, into which the caller writes them,
 * root first; then add the sample. A second call for more room keeps the frames written.
 */
static inline loc_id *adder_room(struct adder *a, size_t n)
{
	struct adder_block *b = &a->block[a->filling];

	/* While a sample is begun, a full block is not passed on. */
	if (!a->is_begun && (b->samples.n == a->most.samples || b->frames.n >= a->most.frames)) {
		adder_pass_block_on(a);
		b = &a->block[a->filling];
	}
	a->is_begun = true;
	if (b->frames.cap - b->frames.n <= n) /* no frames have an address, too */
		vec_reserve(&b->frames, b->frames.n + n + 1);
	return b->frames.v + b->frames.n;
}

static inline void adder_sample_here(struct adder *a, size_t n, label_set_id labels)
{
	struct adder_block *b = &a->block[a->filling];

	vec_push(&b->samples, { .first = b->frames.n, .n = n, .labels = labels });
	b->frames.n += n;
	a->is_begun = false;
}

/* Add a sample with these n frames, which are copied. */
void adder_sample(struct adder *a, const loc_id *frames, size_t n, label_set_id labels);

/* Add (v + frac / 10^18) * scale to the last sample; frac is 0 unless scale is 1. */
static inline void adder_value(struct adder *a, uint32_t col, int64_t v, int64_t scale,
			       uint64_t frac)
{
	struct adder_block *b = &a->block[a->filling];

	vec_push(&b->values, { (uint32_t)b->samples.n - 1, col, v, scale, frac });
}

/* Add all samples that are still gathered, and release the adder. */
void adder_end(struct adder *a);

#endif
