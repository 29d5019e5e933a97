/*
 * Rules of alerts:
 *
 *	share(function=~"json_.*") > 5%
 *	rate(path=~"main;serve;.*", self!="memcpy") >= 1.5
 *	value(function="gc") > 2s
 *	avg() > 1.2 * offset 1d
 *
 * A rule measures the samples whose stacks match (see stack_selector.h; without matchers, all
 * samples):
 *
 *	share	their part of the values of all samples
 *	value	the sum of their values
 *	rate	the sum per second of the window: with CPU time, CPUs in use
 *	avg	the sum per profile
 *	max	the largest sum of a profile
 *
 * It compares the measure (>, >=, <, <=) with a number, which may have a unit, or with the same
 * measure at an earlier time, times a factor. A rate of time and a share have no unit, but may
 * be given in percent.
 */
#ifndef QUERY_ALERT_RULE_H
#define QUERY_ALERT_RULE_H

#include "query/select/selector.h"

enum alert_measure { ALERT_SHARE, ALERT_VALUE, ALERT_RATE, ALERT_AVG, ALERT_MAX, NMEASURE };

struct alert_rule {
	struct str name, text; /* slices of the text that was parsed */
	enum alert_measure measure;
	struct selector frames;
	bool below, or_equal; /* < or <=; >= or <= */
	double number;        /* the threshold, or the factor; 5% is 0.05 */
	struct str unit;      /* of the number; empty: that of the sample type */
	uint64_t offset;      /* ns; 0: the number is the threshold */
};

/* "share" and so on; NULL at the end. */
const char *alert_measure_name(size_t i);

/*
 * Parse a rule, whose text must outlive it. False with a message and its place appended to
 * *error. In both cases the caller calls alert_rule_release().
 */
bool alert_rule_parse(struct alert_rule *r, struct str text, struct buf *error);
void alert_rule_release(struct alert_rule *r);

/* Parse "NAME: RULE"; the name becomes r->name. */
bool alert_rule_parse_line(struct alert_rule *r, struct str line, struct buf *error);

/* Is the rule's condition true of a value, with that threshold? */
bool alert_rule_holds(const struct alert_rule *r, double value, double threshold);

#endif
