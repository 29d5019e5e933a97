/*
 * Series: a value over time, for each requested set of labels. A profile counts in the step in
 * which it began.
 *
 *	time_series_begin(&t, &options);
 *	time_series_add_profile(&t, &profile);   // of a file; or
 *	time_series_add_store(&t, &view);        // reads no more than it needs
 *	points = time_series_sorted(&t, &n);
 */
#ifndef SOURCE_TIME_SERIES_H
#define SOURCE_TIME_SERIES_H

#include "query/alert_rule.h"
#include "query/select/stack_selector.h"
#include "store/read.h"

/* The value of one profile's wanted samples, and of all its samples. */
struct profile_value {
	const struct series *series; /* of a store; else NULL, and */
	struct profile *profile;     /* the profile, for its labels */
	const struct header *head;   /* only time, duration and end are set */
	int64_t value, total;
};

struct time_series_options {
	struct selector *selector; /* NULL: everything */
	struct str by[8];          /* labels: each set of their values is a series */
	size_t nby;
	int64_t step;         /* ns; 0: one step for all times */
	int64_t origin;       /* a time at which a step begins */
	int64_t since, until; /* of rates: the time that is read, up to now; the same: any */
	int64_t shift;        /* added to profiles' times, to compare them with later ones */
	struct str type;      /* sample type, as type_find() takes it; empty: default */
	/* Selects the samples to sum. The caller keeps matchers and pattern. */
	struct stack_selector stacks;
	/* If not NULL, called for each profile; no points are kept then. */
	void (*each)(void *context, const struct profile_value *v);
	void *context;
};

struct time_point {
	uint32_t group; /* a string of time_series.groups */
	uint32_t zero;
	int64_t time; /* when the step began */
	/* Payload */
	int64_t value; /* of the wanted samples */
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
	struct buf type_id;    /* of the values; empty before the first value */
	struct buf unit;
	uint64_t nother_type; /* profiles left out: they lack the type */
	uint64_t saturated;
	struct table now; /* struct time_point: the current profile's values by group */
};

void time_series_begin(struct time_series *t, const struct time_series_options *options);
void time_series_release(struct time_series *t);

/*
 * Add a profile. Afterwards it has only the types and samples that the selector selects. One
 * without samples, of an idle time, counts with 0 where its series does, whose labels these are.
 */
void time_series_add_profile(struct time_series *t, struct profile *p, label_set_id labels);

/*
 * Add the totals of a profile: its type, the values of the labels that the options name (a NUL
 * after each), when it began, and the sum of its samples.
 */
void time_series_add_total(struct time_series *t, struct str type_id, struct str unit,
			   struct str group, int64_t time, int64_t value);

/* Add all profiles of the view. Errors are in v->errors. */
void time_series_add_store(struct time_series *t, struct store_view *v);

/* The column that the options choose. False if there is none. */
bool time_series_column(const struct time_series_options *o, const struct profile *p,
			uint32_t *col);

/* The same, and false if it is not the type of the series. */
bool time_series_has_type(const struct time_series *t, const struct profile *p, uint32_t *col);

/*
 * Choose the type of the series as that of the sum of all profiles of the view, if none is chosen:
 * CPU time if one has it. Of files, the first decides.
 */
void time_series_choose_type(struct time_series *t, struct store_view *v);

/* Is type i of a series in a store the one that --type means: a name, a type id or an index? */
bool series_type_is(const struct series *s, size_t i, struct str wanted);

/*
 * Likewise for profiles of a series in a store; by_default: the default type of the first one.
 * All values are of the first type that is chosen. False for another type: the caller counts
 * the profiles by time_series_leave_out().
 */
bool time_series_type_of(struct time_series *t, const struct series *s, struct str by_default,
			 size_t *col);

/* Count the profiles of a piece that are in the view as left out, for their type. */
void time_series_leave_out(struct time_series *t, const struct piece *p,
			   const struct chunk_profiles *profiles);

/* Likewise for a profile, which is counted if it is left out. */
bool time_series_type_of_profile(struct time_series *t, const struct profile *p, uint32_t *col);

/* Are the labels of the store's series sufficient? If not, rows must be read. */
bool time_series_is_enough(const struct time_series *t, struct store_view *v);

/* Put the values of the labels that divide series, with a NUL after each. */
void time_series_group(const struct time_series_options *o, struct dictionary *d,
		       label_set_id labels, struct buf *group);

/* When the step began in which a profile of this time counts, after the shift. */
int64_t time_series_step_of(const struct time_series *t, int64_t time);

/*
 * How long the part of a point's step is that is in the range; without steps, its profiles. 0 if
 * nobody knows.
 */
double time_series_seconds(const struct time_series *t, const struct time_point *p);

/*
 * The measure of a point that a rule or --measure names; `seconds` is the length of its step.
 * NAN: a share of nothing, a rate of no time.
 */
double time_point_measure(const struct time_point *p, enum alert_measure measure, double seconds);

/* A point, and the values of its labels with a NUL after each. */
struct time_point_named {
	const struct time_point *point;
	struct str group;
};

/* The points in order of time, then of labels. The caller frees the array of *n. */
struct time_point_named *time_series_sorted(const struct time_series *t, size_t *n);

#endif
