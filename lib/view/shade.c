/* The arithmetic is flamegraph.pl's, so that frames have the same colours as there. */
#include "view/shade.h"

#include "base/index.h"

/* A name as characters, for rules that count or reverse them. */
struct chars {
	uint32_t *c;
	size_t n;
};

static struct chars chars_of(struct str name)
{
	struct chars all = { mem_zeroed(name.n, sizeof(*all.c)), 0 };

	while (name.n) {
		uint32_t *c = &all.c[all.n++];
		size_t n = str_utf8(name, c);

		if (!n)
			*c = (uint8_t)name.p[0];
		name = str_skip(name, n ? n : 1);
	}
	return all;
}

static void turn(struct chars *all)
{
	for (size_t i = 0; i < all->n / 2; i++) {
		uint32_t swap = all->c[i];

		all->c[i] = all->c[all->n - 1 - i];
		all->c[all->n - 1 - i] = swap;
	}
}

/* The next number from 0 to 1 of drand48(3), which Perl's rand uses. */
static double next_random(uint64_t *state)
{
	*state = (*state * 0x5deece66d + 0xb) & 0xffffffffffff;
	return (double)*state / (double)((uint64_t)1 << 48);
}

static uint64_t seed(uint32_t v)
{
	return (uint64_t)v << 16 | 0x330e;
}

static uint32_t sum(const struct chars *all)
{
	uint32_t v = 0;

	for (size_t i = 0; i < all->n; i++)
		v += all->c[i];
	return v;
}

/*
 * The hash of the first three characters, of which earlier ones weigh more, after a module's
 * name ("libc`read") if there is one.
 */
static double name_hash(const struct chars *all)
{
	double vector = 0, weight = 1, most = 1;
	size_t from = 0;

	for (size_t i = 1; i < all->n && !from; i++)
		if (all->c[i] == '`')
			from = i + 1;
	for (size_t i = from; i < all->n && i < from + 3; i++) {
		unsigned base = 10 + (unsigned)(i - from);

		vector += all->c[i] % base / (double)(base - 1) * weight;
		most += weight;
		weight *= 0.7;
	}
	return 1 - vector / most;
}

void shade(double to[3], enum shade_by by, struct str name)
{
	struct chars all = chars_of(name);
	uint64_t state = seed(by == SHADE_BY_SUM ? sum(&all) : hash_bytes(name.p, name.n));

	if (by == SHADE_BY_HASH) {
		to[0] = name_hash(&all);
		turn(&all);
		to[1] = to[2] = name_hash(&all);
	} else {
		to[0] = to[1] = to[2] = next_random(&state);
	}
	if (by == SHADE_BY_RANDOM) {
		to[1] = next_random(&state);
		to[2] = next_random(&state);
	}
	mem_free(all.c, name.n * sizeof(*all.c));
}
