/*
 * Reading profiles from a view of a store: their sum, each profile, or the sums of a piece by
 * profile.
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/store_view.h"

/*
 * Append all profiles of the view whose series may be selected to `total`, whose dictionary is
 * that of the view. Samples are selected only by the labels of their series; the caller then
 * calls selector_apply() on the result. selector: NULL for all.
 */
void store_sum(struct store_view *v, struct selector *selector, struct profile *total);

/*
 * Read the profiles of the same selection one by one: piece by piece, and in order of time
 * within each piece.
 *
 *	store_reader_begin(&r, &view, selector);
 *	while (store_next(&r, &profile))
 *		...
 *	store_reader_end(&r);
 */
struct store_reader {
	struct store_view *view;
	struct piece piece;
	size_t at; /* the next profile of the piece */
	struct row_runs runs;
	struct chunk_profiles profiles;
	size_t nrow;
	VEC(uint32_t) time;       /* by row: its profile */
	VEC(uint32_t) run;        /* by row: its run */
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
 * Add up one type of a piece's samples by profile: values of the samples whose stack is wanted
 * (NULL: all) are added to sums[], which has an element for each profile. False after an error.
 */
bool piece_sum_by_profile(struct piece *p, size_t type,
			  bool (*wanted)(void *context, stack_id stack, label_set_id labels),
			  void *context, int64_t *sums, uint64_t *saturated);

#endif
