/*
 * Values are multiplied by a fraction so that totals are kept, by the largest-remainder
 * method (Hamilton's), with integers of 128 bits. Negative values, those of a base side,
 * are scaled separately, by magnitude.
 */
#include <stdlib.h>

#include "profile/profile.h"

typedef unsigned __int128 uint128;

struct remainder {
	uint128 part; /* of scaler.unit */
	uint32_t sample;
};

struct scaler {
	struct profile *p;
	struct column *c;
	uint64_t num, den;
	uint128 unit; /* den * FRAC_ONE: a remainder of this size is 1 */
	struct remainder *rest;
	size_t nrest, cap;
	uint128 sum;      /* of all remainders, below `unit` */
	uint64_t carried; /* whole units in that sum */
};

static int by_remainder(const void *a, const void *b)
{
	const struct remainder *x = a, *y = b;

	if (x->part != y->part)
		return x->part > y->part ? -1 : 1;
	return (x->sample > y->sample) - (x->sample < y->sample);
}

static void add_remainder(struct scaler *s, uint32_t sample, uint128 part)
{
	if (!part)
		return;
	s->rest = mem_grow(s->rest, &s->cap, s->nrest + 1, sizeof(*s->rest));
	s->rest[s->nrest++] = (struct remainder){ part, sample };
	s->sum += part;
	if (s->sum >= s->unit) {
		s->sum -= s->unit;
		s->carried++;
	}
}

/* Scale one value, rounding its magnitude down. */
static void scale_value(struct scaler *s, uint32_t i)
{
	int64_t v = s->c->v[i];
	uint64_t frac = s->c->frac ? s->c->frac[i] : 0;
	uint64_t whole = v < 0 ? -(uint64_t)v : (uint64_t)v;
	uint128 n, part;

	if (v < 0 && frac) {
		whole--;
		frac = FRAC_ONE - frac;
	}
	part = (uint128)frac * s->num;
	n = (uint128)whole * s->num + part / FRAC_ONE;
	add_remainder(s, i, n % s->den * FRAC_ONE + part % FRAC_ONE);
	n /= s->den;
	if (n > INT64_MAX) {
		s->p->saturated++;
		n = INT64_MAX;
	}
	s->c->v[i] = v < 0 ? -(int64_t)n : (int64_t)n;
	if (s->c->frac)
		s->c->frac[i] = 0;
}

/* Give the units by which the exact total exceeds the rounded values to the largest remainders. */
static void give_remainders(struct scaler *s, int sign)
{
	uint64_t n = s->carried + (s->sum && s->sum >= s->unit - s->sum);

	if (s->nrest)
		qsort(s->rest, s->nrest, sizeof(*s->rest), by_remainder);
	for (uint64_t i = 0; i < n; i++) {
		int64_t *v = &s->c->v[s->rest[i].sample];

		*v = sat_add(s->p, *v, sign);
	}
	s->nrest = 0;
	s->sum = s->carried = 0;
}

static void scale_side(struct scaler *s, int sign)
{
	for (uint32_t i = 1; i < s->p->sample.n; i++)
		if ((s->c->v[i] < 0) == (sign < 0))
			scale_value(s, i);
	give_remainders(s, sign);
}

static uint64_t count_zeros(const struct profile *p, const struct column *c)
{
	uint64_t n = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		n += !c->v[i] && !(c->frac && c->frac[i]);
	return n;
}

/* Returns how many values became 0. */
static uint64_t scale_column(struct profile *p, struct column *c, uint64_t num, uint64_t den)
{
	struct scaler s = {
		.p = p, .c = c, .num = num, .den = den, .unit = (uint128)den * FRAC_ONE
	};
	uint64_t before = count_zeros(p, c);

	scale_side(&s, -1);
	scale_side(&s, 1);
	mem_free(s.rest, s.cap * sizeof(*s.rest));
	mem_free(c->frac, p->cap * sizeof(*c->frac));
	c->frac = NULL;
	return count_zeros(p, c) - before;
}

uint64_t profile_scale_column(struct profile *p, uint32_t col, uint64_t num, uint64_t den)
{
	return num != den || p->col[col].frac ? scale_column(p, &p->col[col], num, den) : 0;
}

uint64_t profile_scale(struct profile *p, uint64_t num, uint64_t den)
{
	uint64_t gone = 0;

	for (uint32_t i = 0; i < p->ncol; i++)
		gone += profile_scale_column(p, i, num, den);
	for (size_t i = 0; num != den && i < p->nobservation; i++) {
		struct observation *o = &p->observation[i];

		o->value = (int64_t)((__int128)o->value * (int64_t)num / (int64_t)den);
	}
	return gone;
}

uint64_t profile_round(struct profile *p)
{
	return profile_scale(p, 1, 1);
}
