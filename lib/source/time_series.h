/*
 * Series: a value over time, for each set of labels that is asked for. A profile counts at
 * the step in which it began.
 *
 *	time_series_begin(&t, &options);
 *	time_series_add_profile(&t, &profile);   // of a file; or
 *	time_series_add_store(&t, &view);        // reads no more than it needs
 *	points = time_series_sorted(&t, &n);
 */
#ifndef SOURCE_TIME_SERIES_H
#define SOURCE_TIME_SERIES_H

#include "query/selector.h"
#include "store/read.h"

struct time_series_options {
	struct selector *selector; /* NULL: everything */
	struct str by[8];          /* labels: a series for each set of their values */
	size_t nby;
	int64_t step;           /* ns */
	struct regex *function; /* the samples of stacks with such a function; NULL: all */
	struct str type;        /* sample type, as type_find() takes it; empty: default */
};

struct time_point {
	uint32_t group; /* a string of time_series.groups */
	uint32_t zero;
	int64_t time; /* when the step began */
	/* Payload */
	int64_t value;
	uint64_t nprofile;
};

_Static_assert(sizeof(struct time_point) == 32, "no padding");

struct time_series {
	struct time_series_options options;
	struct strings groups; /* values of labels, a NUL after each */
	struct table points;   /* struct time_point */
	struct buf type_id;    /* of the values, when there are any */
	struct buf unit;
	uint64_t nother_type; /* profiles left out that do not have the type */
	uint64_t saturated;
	/* By row of `dict`: 0 not known, 1 no, 2 yes. */
	struct dictionary *dict;
	VEC(uint8_t) loc_matches;
	VEC(uint8_t) stack_matches;
};

void time_series_begin(struct time_series *t, const struct time_series_options *options);
void time_series_release(struct time_series *t);

/* Add a profile, of which the selector's types and labels alone are left afterwards. */
void time_series_add_profile(struct time_series *t, struct profile *p);

/* Forget the dictionary of the profiles that were added: it is about to be released. */
void time_series_forget(struct time_series *t);

/* Add all that the view has. Errors are in v->errors. */
void time_series_add_store(struct time_series *t, struct store_view *v);

/*
 * Add a value of a sample type at a time. group: the values of the labels, a NUL after each.
 * For who knows all that: values of other types than the first are left out as above.
 */
void time_series_add_value(struct time_series *t, struct str type_id, struct str unit,
			   struct str group, int64_t time, int64_t value);

/* A point, and the values of its labels with a NUL after each. */
struct time_point_named {
	const struct time_point *point;
	struct str group;
};

/* The points in order of time, then of labels. The caller frees the array of *n. */
struct time_point_named *time_series_sorted(const struct time_series *t, size_t *n);

#endif
