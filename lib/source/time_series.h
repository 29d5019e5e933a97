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

#include "query/alert_rule.h"
#include "query/stack_selector.h"
#include "store/read.h"

/* What one profile has of the samples that are wanted, and of all. */
struct profile_value {
	const struct series *series; /* of a store; or NULL, then */
	struct profile *profile;     /* has the labels */
	const struct header *head;   /* only its time, duration and end are known */
	int64_t value, total;
};

struct time_series_options {
	struct selector *selector; /* NULL: everything */
	struct str by[8];          /* labels: a series for each set of their values */
	size_t nby;
	int64_t step;    /* ns; 0: one step for all times */
	int64_t origin;  /* when a step begins */
	int64_t shift;   /* added to times of profiles, to be compared with later ones */
	struct str type; /* sample type, as type_find() takes it; empty: default */
	/* The samples that values are of: matchers and pattern stay the caller's. */
	struct stack_selector stacks;
	/* Not NULL: called for each profile; there are no points then. */
	void (*each)(void *context, const struct profile_value *v);
	void *context;
};

struct time_point {
	uint32_t group; /* a string of time_series.groups */
	uint32_t zero;
	int64_t time; /* when the step began */
	/* Payload */
	int64_t value; /* of the samples that are wanted */
	int64_t total; /* of all samples */
	int64_t most;  /* the largest value of a profile */
	uint64_t nprofile;
	int64_t first, end; /* when the first profile began, and the last one ended */
};

_Static_assert(sizeof(struct time_point) == 64, "no padding");

struct time_series {
	struct time_series_options options;
	struct strings groups; /* values of labels, a NUL after each */
	struct table points;   /* struct time_point */
	struct buf type_id;    /* of the values, when there are any */
	struct buf unit;
	uint64_t nother_type; /* profiles left out that do not have the type */
	uint64_t saturated;
	struct table now; /* struct time_point: what the profile at hand has for each group */
};

void time_series_begin(struct time_series *t, const struct time_series_options *options);
void time_series_release(struct time_series *t);

/* Add a profile, of which the selector's types and labels alone are left afterwards. */
void time_series_add_profile(struct time_series *t, struct profile *p);

/*
 * Add what is known of a profile: its type, the values of the labels that the options name
 * (a NUL after each), when it began, and the sum of its samples.
 */
void time_series_add_total(struct time_series *t, struct str type_id, struct str unit,
			   struct str group, int64_t time, int64_t value);

/* Add all that the view has. Errors are in v->errors. */
void time_series_add_store(struct time_series *t, struct store_view *v);

/* The column that the options choose, of which values are. False if there is none. */
bool time_series_column(const struct time_series_options *o, const struct profile *p,
			uint32_t *col);

/*
 * The same for profiles of a series in a store; by_default: the default type of the first
 * one. The type of the first that is chosen is that of all; others are counted.
 */
bool time_series_type_of(struct time_series *t, const struct series *s, struct str by_default,
			 size_t *col);

/* The same for a profile. */
bool time_series_type_of_profile(struct time_series *t, const struct profile *p, uint32_t *col);

/* Do the labels of series in a store say all that is asked for? Else rows have to be read. */
bool time_series_is_enough(const struct time_series *t, struct store_view *v);

/* The values of the labels by which series are divided, with a NUL after each. */
void time_series_group(const struct time_series_options *o, struct dictionary *d,
		       label_set_id labels, struct buf *group);

/* When the step began in which a profile of that time counts; it is shifted. */
int64_t time_series_step_of(const struct time_series *t, int64_t time);

/* What a rule or --measure asks of a point; `seconds` is the length of its step. */
double time_point_measure(const struct time_point *p, enum alert_measure measure, double seconds);

/* A point, and the values of its labels with a NUL after each. */
struct time_point_named {
	const struct time_point *point;
	struct str group;
};

/* The points in order of time, then of labels. The caller frees the array of *n. */
struct time_point_named *time_series_sorted(const struct time_series *t, size_t *n);

#endif
