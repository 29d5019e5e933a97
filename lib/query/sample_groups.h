/*
 * Grouping the samples of a profile by the value of one label: each group is a profile.
 *
 *	sample_groups_init(&g, p, col, key);
 *	for (size_t i = 0; i < g.n; i++) {
 *		sample_group_profile(&g, i, &part);
 *		...
 *		profile_release(&part);
 *	}
 *	sample_groups_release(&g);
 */
#ifndef QUERY_SAMPLE_GROUPS_H
#define QUERY_SAMPLE_GROUPS_H

#include "analyze/groups.h"
#include "profile/profile.h"

/* The samples with one value. */
struct sample_group {
	str_id value;   /* see label_set_value() */
	uint32_t one;   /* always 1: the row of a table must not be all zero */
	int64_t weight; /* the sum of their values */
	uint32_t list;  /* number in sample_groups.by_value */
	uint32_t zero;
};

struct sample_groups {
	const struct profile *p;
	struct sample_group *v; /* the heaviest first, equal ones by value */
	size_t n;
	struct groups by_value;
	sample_id *sample; /* grouped as in by_value */
	uint64_t saturated;
};

/*
 * The values of that key in a set of labels, joined with ",": texts, and numbers, which are
 * formatted for people if they have a unit. 0 if the set has none.
 */
str_id label_set_value(const struct profile *p, label_set_id set, str_id key);

void sample_groups_init(struct sample_groups *g, const struct profile *p, uint32_t col,
			struct str key);
void sample_groups_release(struct sample_groups *g);

/* The samples of group i, with the header of p; to be released before p. */
void sample_group_profile(const struct sample_groups *g, size_t i, struct profile *part);

#endif
