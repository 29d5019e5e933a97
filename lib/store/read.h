/*
 * Reading profiles from a view of a store: their sum, each of them, or what is known of
 * them without their samples.
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/store_view.h"

/*
 * Append all profiles of the view whose series may be selected to `total`, whose
 * dictionary is that of the view. Samples are selected only by the labels of their series:
 * selector_apply() on the result does the rest. selector: NULL for all.
 */
void store_sum(struct store_view *v, struct selector *selector, struct profile *total);

/*
 * Read the stored profiles one by one, in the same selection: piece by piece, in each in
 * order of time.
 *
 *	store_reader_begin(&r, &view, selector);
 *	while (store_next(&r, &profile))
 *		...
 *	store_reader_end(&r);
 */
struct store_reader {
	struct store_view *view;
	struct piece piece;
	size_t at; /* the profile of the piece that comes next */
	struct row_runs runs;
	struct chunk_profiles profiles;
	size_t nrow;
	VEC(uint32_t) time;       /* by row: which profile */
	VEC(uint32_t) run;        /* by row: which run */
	VEC(uint32_t) by_time;    /* rows, profile by profile */
	VEC(size_t) first;        /* by profile: its first in by_time */
	VEC(int64_t) value;       /* type by type: nrow each */
	VEC(stack_id) stack;      /* by run */
	VEC(label_set_id) labels; /* by run */
};

void store_reader_begin(struct store_reader *r, struct store_view *v, struct selector *selector);
void store_reader_end(struct store_reader *r);

/* The next profile, into p, whose dictionary is that of the view. False at the end. */
bool store_next(struct store_reader *r, struct profile *p);

/*
 * The rows of a piece for one who adds them up by profile: values of one type of the
 * samples whose stack is wanted (NULL: all), added to sums[] by profile of the piece. False
 * after an error.
 */
bool piece_sum_by_profile(struct piece *p, size_t type,
			  bool (*wanted)(void *context, stack_id stack, label_set_id labels),
			  void *context, int64_t *sums, uint64_t *saturated);

#endif
