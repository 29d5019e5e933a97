#include "profile/adder.h"

/*
 * A block is full with so many samples or frames. One for another thread is large, some 250 KB,
 * since passing it on has a cost; one for this thread stays in the nearest cache.
 */
static const struct adder_limits for_a_thread = { .samples = 2048, .frames = 1 << 15 };
static const struct adder_limits for_this_thread = { .samples = 512, .frames = 1 << 13 };

/* Samples whose look-ups wait for memory together. */
enum { GROUP = 64 };

static void add_values(struct adder *a, const struct adder_block *b)
{
	struct profile *p = a->p;

	for (size_t i = 0; i < b->values.n; i++) {
		const struct adder_value *value = &b->values.v[i];
		sample_id sample = b->samples.v[value->sample].row;
		int64_t v = value->scale == 1 ? value->v : sat_mul(p, value->v, value->scale);

		profile_add_value(p, value->col, sample, v);
		if (value->frac)
			profile_add_frac(p, value->col, sample, value->frac);
		if (a->keep_order)
			profile_observe(p, 0, sample, value->col, v);
	}
}

static void add_block(void *adder, void *block)
{
	struct adder *a = adder;
	struct adder_block *b = block;

	for (size_t i = 0; i < b->samples.n; i += GROUP)
		profile_add_batch(a->p, b->frames.v, b->samples.v + i,
				  min_size(b->samples.n - i, GROUP));
	add_values(a, b);
	vec_clear(&b->frames);
	vec_clear(&b->samples);
	vec_clear(&b->values);
}

void adder_begin(struct adder *a, struct profile *p, bool threads)
{
	*a = (struct adder){ .p = p, .most = threads ? for_a_thread : for_this_thread };
	relay_begin(&a->relay, add_block, a, threads);
}

void adder_pass_block_on(struct adder *a)
{
	relay_pass(&a->relay, &a->block[a->filling]);
	a->filling = (a->filling + 1) % RELAY_BLOCKS;
}

void adder_sample(struct adder *a, const loc_id *frames, size_t n, label_set_id labels)
{
	loc_id *to = adder_room(a, n);

	if (n)
		memcpy(to, frames, n * sizeof(*to));
	adder_sample_here(a, n, labels);
}

void adder_end(struct adder *a)
{
	relay_end(&a->relay);
	add_block(a, &a->block[a->filling]);
	for (size_t i = 0; i < LEN(a->block); i++) {
		vec_release(&a->block[i].frames);
		vec_release(&a->block[i].samples);
		vec_release(&a->block[i].values);
	}
}
