#include "analyze/total.h"

#include "analyze/sum.h"

bool is_differential(const struct profile *p)
{
	struct base_side base = base_side_of(p);

	for (uint32_t i = 1; base.key.i && i < p->sample.n; i++)
		if (base_side_has(&base, profile_sample(p, (sample_id){ i })->labels))
			return true;
	return false;
}

static bool has_value(const struct profile *p, sample_id sample)
{
	for (uint32_t i = 0; i < p->ncol; i++)
		if (profile_value(p, i, sample))
			return true;
	return false;
}

sample_id empty_base(const struct profile *p)
{
	struct base_side base = base_side_of(p);
	sample_id found = { 0 };

	for (sample_id id = { 1 }; base.key.i && id.i < p->sample.n; id.i++) {
		if (!base_side_has(&base, profile_sample(p, id)->labels))
			continue;
		if (has_value(p, id))
			return (sample_id){ 0 };
		found = id;
	}
	return found;
}

struct column_total column_total(const struct profile *p, uint32_t col)
{
	struct base_side base = base_side_of(p);
	struct column_total t = { 0 };

	for (uint32_t i = 1; i < p->sample.n; i++) {
		int64_t v = p->col[col].v[i];

		if (v < 0)
			v = sum_subtract(0, v, &t.saturated);
		t.magnitude = sum_add(t.magnitude, v, &t.saturated);
		if (base_side_has(&base, profile_sample(p, (sample_id){ i })->labels))
			t.base = sum_add(t.base, v, &t.saturated);
	}
	return t;
}
