/*
 * The labels of a profile's samples, and the values of the samples that have them.
 */
#ifndef QUERY_LABEL_VALUES_H
#define QUERY_LABEL_VALUES_H

#include "profile/profile.h"

/* A label, or all labels of one key with the same text. */
struct label_value {
	str_id key;
	str_id text; /* the value as text */
	bool is_num;
	int64_t num;
	int64_t weight;
};

struct label_values {
	struct label_value *v; /* those with one key together, keys in byte order */
	size_t n, cap;
};

enum label_order {
	LABELS_BY_WEIGHT, /* the largest first, whatever its sign; equal ones by text */
	LABELS_BY_VALUE,  /* numbers first and by size, then texts in byte order */
};

/*
 * Collect the labels of all samples. If `readable`, numbers have units and may be rounded, and
 * those with the same text are one.
 */
void label_values_init(struct label_values *l, struct profile *p, uint32_t col, bool readable,
		       enum label_order order);

void label_values_release(struct label_values *l);

#endif
