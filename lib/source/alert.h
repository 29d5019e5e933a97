/*
 * Evaluating an alert rule (query/alert_rule.h) over the steps of a time range, for each set of
 * labels. A rule with an offset has two series, of the range and of the earlier one; the earlier
 * profiles are shifted to the times with which they are compared.
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
	bool is_backtest; /* evaluates many steps, and reports only those that fire */
	int64_t since, until;
};

/* Consecutive steps in which the rule's condition is true; or one step in which it is false. */
struct alert_episode {
	struct str group; /* values of labels, with a NUL after each */
	bool firing;
	bool is_known; /* false: there are no profiles of the step or of the earlier one, or no number */
	int64_t since, until;
	uint64_t nstep;
	int64_t peak;            /* the step whose value is farthest beyond the threshold */
	double value, threshold; /* those of the peak */
};

/* The part of a peak's value that one path has, and its earlier value. */
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
	uint64_t nstep, nfiring; /* steps with profiles; firing ones */
	uint64_t nunknown;       /* steps without an earlier one to compare with, */
	uint64_t nvoid;     /* whose value is no number: a share of nothing, a rate of no time, */
	uint64_t nempty;    /* and times of the range without any profile */
	uint64_t nvanished; /* sets of labels that only the earlier range has */
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

/* The earlier range, with which the range is compared; false without an offset. */
bool alert_time_before(const struct alert *a, int64_t *since, int64_t *until);

/* Add a store whose view covers the range, or the earlier range (is_before). */
void alert_add_store(struct alert *a, struct store_view *v, bool is_before);

/* Add a profile of the range, the earlier range or both, and record its stacks. */
void alert_add_profile(struct alert *a, struct profile *p);

/*
 * Find the episodes. False, with *error, if the unit of the rule's number is not that of the
 * values.
 */
bool alert_judge(struct alert *a, struct buf *error);

/* For stores: the range of an episode's peak, and reading the stacks in it. */
void alert_peak_time(const struct alert *a, const struct alert_episode *e, int64_t *since,
		     int64_t *until);
void alert_explain(struct alert *a, struct store_view *v, bool is_before);

/* Find at most n paths that add most to the episode's peak; returns how many. */
size_t alert_culprits(const struct alert *a, const struct alert_episode *e, struct culprit *c,
		      size_t n);

#endif
