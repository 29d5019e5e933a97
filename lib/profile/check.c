#include "profile/check.h"

static bool in_range(uint32_t id, uint32_t n)
{
	return id < n;
}

static const char *check_funcs(const struct profile *p)
{
	for (uint32_t i = 0; i < p->dict->func.n; i++) {
		const struct func *f = dict_func(p->dict, (func_id){ i });

		if (!in_range(f->name.i, p->dict->str.n) ||
		    !in_range(f->linkage.i, p->dict->str.n) || !in_range(f->file.i, p->dict->str.n))
			return "a function names a string that is not there";
	}
	return NULL;
}

static const char *check_locs(const struct profile *p)
{
	for (uint32_t i = 1; i < p->dict->loc.n; i++) {
		const struct loc *l = dict_loc(p->dict, (loc_id){ i });

		if (!in_range(l->map.i, p->dict->mapping.n) ||
		    !in_range(l->func.i, p->dict->func.n))
			return "a location names a row that is not there";
		if (l->one != 1)
			return "a location looks like none";
	}
	return NULL;
}

static const char *check_stacks(const struct profile *p)
{
	for (uint32_t i = 0; i < p->dict->stack.n; i++) {
		size_t n;
		const loc_id *frame = dict_frames(p->dict, (stack_id){ i }, &n);

		if (p->dict->stack.row[i].first + n > p->dict->stack.nframe || (n == 0) != (i == 0))
			return "a stack has no frames, or more than there are";
		for (size_t j = 0; j < n; j++)
			if (!frame[j].i || !in_range(frame[j].i, p->dict->loc.n))
				return "a stack names a location that is not there";
	}
	return NULL;
}

static const char *check_labels(const struct profile *p)
{
	for (uint32_t i = 1; i < p->dict->label.n; i++) {
		const struct label *l = dict_label(p->dict, (label_id){ i });

		if (!in_range(l->key.i, p->dict->str.n) || !in_range(l->str.i, p->dict->str.n) ||
		    !in_range(l->unit.i, p->dict->str.n))
			return "a label names a string that is not there";
	}
	for (uint32_t i = 1; i < p->dict->label_set.n; i++) {
		const struct label_set *set = dict_label_set(p->dict, (label_set_id){ i });

		if (!set->label.i || !in_range(set->label.i, p->dict->label.n) || set->rest.i >= i)
			return "a label set is not a list of labels";
		if (set->rest.i && dict_label_set(p->dict, set->rest)->label.i > set->label.i)
			return "a label set is not sorted";
	}
	return NULL;
}

static const char *check_samples(const struct profile *p)
{
	if (p->sample.n > 1 && p->cap < p->sample.n)
		return "there are more samples than values";
	for (uint32_t i = 1; i < p->sample.n; i++) {
		const struct sample *s = profile_sample(p, (sample_id){ i });

		if (!in_range(s->stack.i, p->dict->stack.n) ||
		    !in_range(s->labels.i, p->dict->label_set.n))
			return "a sample names a row that is not there";
	}
	return NULL;
}

const char *profile_check(const struct profile *p)
{
	const char *(*const checks[])(const struct profile *) = {
		check_funcs, check_locs, check_stacks, check_labels, check_samples,
	};
	const char *wrong = NULL;

	for (size_t i = 0; i < LEN(checks) && !wrong; i++)
		wrong = checks[i](p);
	return wrong;
}
