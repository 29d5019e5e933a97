#include "profile/column.h"

#include <math.h>

#include "profile/unit.h"

static const uint64_t FRAC_ONE = 1000000000000000000; /* 10^18 */

void column_release(const struct profile *p, struct column *c)
{
	mem_free(c->v, p->cap * sizeof(*c->v));
	mem_free(c->frac, p->cap * sizeof(*c->frac));
}

int64_t sat_add(struct profile *p, int64_t a, int64_t b)
{
	int64_t sum;

	if (!__builtin_add_overflow(a, b, &sum))
		return sum;
	p->saturated++;
	return a < 0 ? INT64_MIN : INT64_MAX;
}

int64_t sat_mul(struct profile *p, int64_t a, int64_t b)
{
	int64_t product;

	if (!__builtin_mul_overflow(a, b, &product))
		return product;
	p->saturated++;
	return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
}

void profile_add_value(struct profile *p, uint32_t col, sample_id sample, int64_t v)
{
	int64_t *at = &p->col[col].v[sample.i];

	*at = sat_add(p, *at, v);
}

void profile_add_frac(struct profile *p, uint32_t col, sample_id sample, uint64_t frac)
{
	struct column *c = &p->col[col];

	if (!c->frac)
		c->frac = mem_zeroed(p->cap, sizeof(*c->frac));
	c->frac[sample.i] += frac;
	if (c->frac[sample.i] >= FRAC_ONE) {
		c->frac[sample.i] -= FRAC_ONE;
		profile_add_value(p, col, sample, 1);
	}
}

void profile_scale(struct profile *p, double factor)
{
	for (uint32_t i = 0; i < p->ncol; i++) {
		for (uint32_t j = 1; j < p->sample.n; j++) {
			double v = round((double)p->col[i].v[j] * factor);

			p->col[i].v[j] = v >= 0x1p63 ? INT64_MAX :
					 v < -0x1p63 ? INT64_MIN :
						       (int64_t)v;
			p->saturated += fabs(v) > 0x1p63;
		}
	}
}

static void rescale(struct profile *p, struct column *c, int64_t by)
{
	for (uint32_t i = 1; i < p->sample.n; i++)
		c->v[i] = sat_mul(p, c->v[i], by);
}

static uint32_t new_column(struct profile *p, str_id type, str_id unit)
{
	struct column c = { .type = type, .unit = unit };

	p->col = mem_grow(p->col, &p->col_cap, p->ncol + 1, sizeof(*p->col));
	if (p->cap)
		c.v = mem_zeroed(p->cap, sizeof(*c.v));
	p->col[p->ncol] = c;
	return (uint32_t)p->ncol++;
}

/* A column of that type in a unit that `unit` can be turned to; else none. */
static uint32_t find_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	struct str name = profile_text(p, unit);
	int64_t finer;

	for (uint32_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		if (c->type.i != type.i)
			continue;
		*scale = unit_ratio(name, profile_text(p, c->unit));
		if (*scale)
			return i;
		finer = unit_ratio(profile_text(p, c->unit), name);
		if (finer) {
			rescale(p, c, finer);
			c->unit = unit;
			*scale = 1;
			return i;
		}
	}
	return UINT32_MAX;
}

uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	uint32_t i = find_column(p, type, unit, scale);

	if (i == UINT32_MAX) {
		i = new_column(p, type, unit);
		*scale = 1;
	}
	if (p->col[i].last != p->nprofile) {
		p->col[i].last = p->nprofile;
		p->col[i].nprofile++;
	}
	return i;
}

void profile_drop_column(struct profile *p, uint32_t col)
{
	column_release(p, &p->col[col]);
	p->ncol--;
	memmove(&p->col[col], &p->col[col + 1], (p->ncol - col) * sizeof(*p->col));
}

uint32_t profile_default_column(const struct profile *p)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (p->head.default_type.i && p->col[i].type.i == p->head.default_type.i)
			return i;
	return p->ncol ? (uint32_t)p->ncol - 1 : 0;
}

/* v + frac to the nearest integer; halves away from zero. */
static void round_fractions(struct profile *p, struct column *c)
{
	for (uint32_t i = 1; c->frac && i < p->sample.n; i++) {
		uint64_t half = FRAC_ONE / 2;

		if (c->frac[i] > half || (c->frac[i] == half && c->v[i] >= 0))
			c->v[i] = sat_add(p, c->v[i], 1);
	}
	mem_free(c->frac, p->cap * sizeof(*c->frac));
	c->frac = NULL;
}

void profile_settle(struct profile *p, struct buf *dropped)
{
	for (uint32_t i = 0; i < p->ncol;) {
		struct column *c = &p->col[i];

		if (c->nprofile < p->nprofile) {
			buf_printf(dropped, "%s%.*s/%.*s", dropped->n ? ", " : "",
				   STR_ARG(profile_text(p, c->type)),
				   STR_ARG(profile_text(p, c->unit)));
			profile_drop_column(p, i);
			continue;
		}
		round_fractions(p, c);
		i++;
	}
}
