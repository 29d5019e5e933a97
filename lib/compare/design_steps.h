/*
 * The steps of design_init(), each in a file of its own. Those that can fail return false
 * with a message in d->error.
 */
#ifndef COMPARE_DESIGN_STEPS_H
#define COMPARE_DESIGN_STEPS_H

#include "compare/design.h"

/* Sets the message. Returns false. */
bool design_fail(struct design *d, const char *fmt, ...) PRINTF(2, 3);

static inline const char *design_text(const struct runs *runs, str_id id)
{
	return dict_text(runs->profile.dict, id).p; /* strings end in a NUL */
}

/* Check that the runs were recorded alike: on one host, at one rate. */
bool check_alike(struct design *d, const struct runs *runs, const struct options *o);

/* Choose the metric that the user wants or the runs allow, and find out whether work is known. */
bool choose_metric(struct design *d, const struct runs *runs, const struct options *o);
bool check_work(struct design *d, const struct runs *runs);

/* Set the value of a sample of each run in the metric. */
void set_exposures(struct design *d, const struct runs *runs);

/* Pair the runs of each round, if runs have rounds. */
void pair_rounds(struct design *d, const struct runs *runs);

/* Find out whether the sides were interleaved. Warns if they were not, or if costs drift. */
void check_order(struct design *d);

#endif
