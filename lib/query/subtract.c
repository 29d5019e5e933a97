#include "query/subtract.h"

#include "analyze/sum.h"
#include "analyze/total.h"

/* -v; INT64_MIN has no negation. */
static int64_t negated(struct profile *p, int64_t v)
{
	return sum_subtract(0, v, &p->saturated);
}

void subtract_base(struct profile *p, struct profile *base)
{
	struct label mark = { .key = dict_intern(p->dict, BASE_LABEL),
			      .str = dict_intern(p->dict, S("true")) };
	map_id main_map = profile_main_map(p);
	uint32_t n = base->sample.n;
	struct sample *to = mem_zeroed(n, sizeof(*to));

	for (uint32_t i = 1; i < n; i++) {
		to[i] = *profile_sample(base, (sample_id){ i });
		to[i].labels = dict_add_label(p->dict, to[i].labels, mark);
		for (size_t col = 0; col < base->ncol; col++)
			base->col[col].v[i] = negated(base, base->col[col].v[i]);
	}
	profile_remap(base, to, NULL);
	mem_free(to, n * sizeof(*to));
	profile_move(p, base);
	p->head.main_map = main_map;
}

static int64_t sum_of(const struct profile *p, size_t col, uint64_t *saturated)
{
	int64_t sum = 0;

	for (uint32_t i = 1; i < p->sample.n; i++)
		sum = sum_add(sum, p->col[col].v[i], saturated);
	return sum;
}

static bool same_type(const struct column *a, const struct column *b)
{
	return a->type.i == b->type.i && a->unit.i == b->unit.i;
}

size_t normalize_to_base(struct profile *p, const struct profile *base)
{
	size_t left = 0;

	for (size_t i = 0; i < p->ncol; i++) {
		int64_t own = sum_of(p, i, &p->saturated), other = 0;

		for (size_t j = 0; j < base->ncol; j++)
			if (same_type(&p->col[i], &base->col[j]))
				other = sum_of(base, j, &p->saturated);
		if (own > 0 && other > 0)
			profile_scale_column(p, (uint32_t)i, (uint64_t)other, (uint64_t)own);
		else
			left++;
	}
	return left;
}
