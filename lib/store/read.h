/*
 * Reading profiles from a view of a store: their sum, each of them, or what is known of
 * them without their samples.
 */
#ifndef STORE_READ_H
#define STORE_READ_H

#include "store/view.h"

/*
 * Append all profiles of the view whose series may be selected to `total`, whose
 * dictionary is that of the view. Samples are selected only by the labels of their series:
 * selector_apply() on the result does the rest. selector: NULL for all.
 */
void store_sum(struct view *v, struct selector *selector, struct profile *total);

/*
 * Visit each stored profile, in the same selection: piece by piece, in each in order of
 * time. p is valid until the visitor returns; its dictionary is v->dict. A visitor that
 * returns false ends this.
 */
typedef bool profile_visitor(void *context, struct profile *p);
void store_each_profile(struct view *v, struct selector *selector, profile_visitor *visit,
			void *context);

/*
 * The rows of a piece for one who adds them up by profile: values of one type of the
 * samples whose stack is wanted (NULL: all), added to sums[] by profile of the piece. False
 * after an error.
 */
bool piece_sum_by_profile(struct piece *p, size_t type,
			  bool (*wanted)(void *context, stack_id stack, label_set_id labels),
			  void *context, int64_t *sums, uint64_t *saturated);

#endif
