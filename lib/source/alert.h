/*
 * Evaluating a rule (query/alert_rule.h) over the steps of a time, for each set of labels.
 * A rule with an offset has two series: that of the time, and that of the time before, whose
 * profiles are shifted to the time with which they are compared.
 *
 *	alert_begin(&a, &options, error);
 *	alert_add_store(&a, &view, is_before); alert_add_profile(&a, &profile);
 *	alert_judge(&a, error);
 *	... a.episode ...
 */
#ifndef SOURCE_ALERT_H
#define SOURCE_ALERT_H

#include "source/time_series.h"

struct alert_options {
	struct time_series_options series; /* its step: 0 for all times */
	bool is_backtest; /* many steps: of those, the ones that fire are told */
	int64_t since, until;
};

/* Steps one after the other in which the rule's condition is true, or (not firing) one step. */
struct alert_episode {
	struct str group; /* values of labels, with a NUL after each */
	bool firing;
	bool is_known; /* false: there is nothing to compare with */
	int64_t since, until;
	uint64_t nstep;
	int64_t peak; /* the step in which the value is farthest beyond the threshold, */
	double value, threshold; /* and what they are there */
};

/* How much of the value at a peak one path has, and how much it had before. */
struct culprit {
	struct str path;
	double value, before;
};

struct culprit_row;

struct alert {
	struct alert_rule rule;
	struct alert_options options;
	struct time_series now, before; /* before: only with an offset */
	VEC(struct alert_episode) episode;
	uint64_t nstep, nfiring, nunknown; /* steps; that fire; that cannot be compared */
	int64_t firing_ns;
	struct str unit; /* of values: "%", "" or that of the type */
	struct strings text;
	struct table culprits; /* struct culprit_row */
	struct stack_selector stacks;
	struct buf group; /* scratch, */
	struct buf path;  /* likewise */
};

/* a->rule is parsed. */
void alert_begin(struct alert *a, const struct alert_options *o);
void alert_release(struct alert *a);

/* The time before with which profiles of the time are compared; false without an offset. */
bool alert_time_before(const struct alert *a, int64_t *since, int64_t *until);

/* Add a store of which the view has the time, or the time before. */
void alert_add_store(struct alert *a, struct store_view *v, bool is_before);

/* Add a profile of either time, or of both; it is remembered what stacks it has. */
void alert_add_profile(struct alert *a, struct profile *p);

/* Find the episodes. False, with *error, if the number's unit is not that of the values. */
bool alert_judge(struct alert *a, struct buf *error);

/* Of a store: find out what stacks an episode's peak has. */
void alert_peak_time(const struct alert *a, const struct alert_episode *e, int64_t *since,
		     int64_t *until);
void alert_explain(struct alert *a, struct store_view *v, bool is_before);

/* The at most n paths that add most to the episode's peak; returns how many. */
size_t alert_culprits(const struct alert *a, const struct alert_episode *e, struct culprit *c,
		      size_t n);

#endif
