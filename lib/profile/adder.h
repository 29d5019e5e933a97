/*
 * Samples in large numbers, as readers of large inputs have them:
 *
 *	adder_begin(&a, profile, threads);
 *	... adder_sample(&a, frames, n, labels); adder_value(&a, col, v, 1, 0); ...
 *	adder_end(&a);
 *
 * The same as profile_add_sample() and profile_add_value() in turn, but samples are
 * gathered, so that many look-ups wait for memory at the same time: with 300,000 stacks
 * nearly every one does. With `threads`, a thread of its own adds what was gathered while
 * the reader reads on.
 *
 * From adder_begin() to adder_end() the reader leaves the profile and the dictionary's
 * stacks alone. It may go on to add strings, functions, mappings, locations and labels.
 */
#ifndef PROFILE_ADDER_H
#define PROFILE_ADDER_H

#include <pthread.h>

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

struct adder {
	struct profile *p;
	bool keep_order; /* the reader's: profile_observe() each value, at time 0 */
	bool threads, has_thread;
	struct adder_block block[2];
	unsigned filling; /* the block that the reader fills */
	bool is_begun;    /* room was asked for, and no sample has it yet */
	/* Shared with the thread, under the lock: */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_full, is_over; /* the other block waits to be added; no more will come */
};

void adder_begin(struct adder *a, struct profile *p, bool threads);

/*
 * Room for the n frames of the next sample, root first; then the sample itself, whose
 * frames were written there. When more room is asked for, what was written stays.
 */
loc_id *adder_room(struct adder *a, size_t n);
void adder_sample_here(struct adder *a, size_t n, label_set_id labels);

/* A sample with these n frames, which are copied. */
void adder_sample(struct adder *a, const loc_id *frames, size_t n, label_set_id labels);

/* A value of the sample that was added last: (v + frac / 10^18) * scale; frac with scale 1. */
void adder_value(struct adder *a, uint32_t col, int64_t v, int64_t scale, uint64_t frac);

/* All that was given is in the profile now, and the adder released. */
void adder_end(struct adder *a);

#endif
