/*
 * The total of a column, and the base side of a differential profile.
 *
 * A differential profile holds the new samples, and those of the base negated and
 * labelled pprof::base=true, as `pprof -diff_base` makes it (google/pprof,
 * profile.SetLabel in internal/driver/fetch.go).
 */
#ifndef ANALYZE_TOTAL_H
#define ANALYZE_TOTAL_H

#include "profile/profile.h"

/* The key of the label that samples of the base have. */
#define BASE_LABEL S("pprof::base")

/* Distinguishes samples of the base from others, by their label sets. */
struct base_side {
	const struct dictionary *dict;
	str_id key; /* 0: no profile of the dictionary has a base */
};

static inline struct base_side base_side_of(const struct profile *p)
{
	return (struct base_side){ p->dict, dict_find_str(p->dict, BASE_LABEL) };
}

static inline bool base_side_has(const struct base_side *b, label_set_id labels)
{
	return b->key.i && labels.i && dict_find_label(b->dict, labels, b->key);
}

/* Does the profile have samples of a base? */
bool is_differential(const struct profile *p);

/*
 * If all samples of the base are 0, one of them, else 0: writers that leave out such samples
 * write it, since only it says that the profile is differential.
 */
sample_id empty_base(const struct profile *p);

struct column_total {
	int64_t magnitude; /* the sum of the magnitudes of all values */
	int64_t base;      /* and of those of the base */
	uint64_t saturated;
};

struct column_total column_total(const struct profile *p, uint32_t col);

/*
 * The base of percentages, as in google/pprof: the sum of the magnitudes of the base's values
 * or, in a profile that is not differential, of all values.
 */
static inline int64_t column_total_shares(const struct column_total *t)
{
	return t->base ? t->base : t->magnitude;
}

#endif
