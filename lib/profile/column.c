
#include <stdlib.h>

#include "profile/samples.h"
#include "profile/unit.h"

void column_release(const struct profile *p, struct column *c)
{
	mem_free(c->v, p->cap * sizeof(*c->v));
	mem_free(c->frac, p->cap * sizeof(*c->frac));
}

int64_t sat_mul(struct profile *p, int64_t a, int64_t b)
{
	int64_t product;

	if (!__builtin_mul_overflow(a, b, &product))
		return product;
	p->saturated++;
	return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
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

/* Change the column to a unit that is finer by this factor. */
static void refine_unit(struct profile *p, struct column *c, int64_t by)
{
	for (uint32_t i = 1; i < p->sample.n; i++)
		c->v[i] = sat_mul(p, c->v[i], by);
	for (uint32_t i = 1; c->frac && i < p->sample.n; i++) {
		unsigned __int128 frac = (unsigned __int128)c->frac[i] * (uint64_t)by;

		c->v[i] = sat_add(p, c->v[i], (int64_t)(frac / FRAC_ONE));
		c->frac[i] = (uint64_t)(frac % FRAC_ONE);
	}
	for (size_t i = 0; i < p->nobservation; i++)
		if (&p->col[p->observation[i].col] == c)
			p->observation[i].value = sat_mul(p, p->observation[i].value, by);
}

static uint32_t new_column(struct profile *p, str_id type, str_id unit)
{
	struct column c = { .type = type, .unit = unit, .nprofile = 1 };

	p->col = mem_grow(p->col, &p->col_cap, p->ncol + 1, sizeof(*p->col));
	if (p->cap)
		c.v = mem_zeroed(p->cap, sizeof(*c.v));
	p->col[p->ncol] = c;
	return (uint32_t)p->ncol++;
}

/* The column of this type whose unit is of the same kind; UINT32_MAX if there is none. */
static uint32_t matching_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	struct str name = dict_text(p->dict, unit);
	int64_t finer;

	for (uint32_t i = 0; i < p->ncol; i++) {
		struct column *c = &p->col[i];

		if (c->type.i != type.i)
			continue;
		*scale = unit_ratio(name, dict_text(p->dict, c->unit));
		if (*scale)
			return i;
		finer = unit_ratio(dict_text(p->dict, c->unit), name);
		if (finer) {
			refine_unit(p, c, finer);
			c->unit = unit;
			*scale = 1;
			return i;
		}
	}
	return UINT32_MAX;
}

uint32_t profile_column(struct profile *p, str_id type, str_id unit, int64_t *scale)
{
	uint32_t i = matching_column(p, type, unit, scale);

	if (i == UINT32_MAX) {
		i = new_column(p, type, unit);
		*scale = 1;
	}
	return i;
}

void profile_drop_column(struct profile *p, uint32_t col)
{
	size_t n = 0;

	for (size_t i = 0; i < p->nobservation; i++) {
		struct observation o = p->observation[i];

		if (o.col == col)
			continue;
		o.col -= o.col > col;
		p->observation[n++] = o;
	}
	p->nobservation = n;
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

map_id profile_main_map(const struct profile *p)
{
	if (p->head.main_map.i)
		return p->head.main_map;
	if (p->dict->mapping.n == 1)
		return (map_id){ 0 };
	for (uint32_t i = 1; i < p->sample.n; i++) {
		size_t n;
		const loc_id *frame = dict_frames(p->dict,
						  profile_sample(p, (sample_id){ i })->stack, &n);

		while (n-- > 0)
			if (dict_loc(p->dict, frame[n])->map.i)
				return dict_loc(p->dict, frame[n])->map;
	}
	return (map_id){ 0 };
}
