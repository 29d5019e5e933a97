/*
 * Rules of alerts:
 *
 *	share(function=~"json_.*") > 5%
 *	rate(path=~"main;serve;.*", self!="memcpy") >= 1.5
 *	value(function="gc") > 2s
 *	avg() > 1.2 * offset 1d
 *
 * What is measured, of the samples whose stacks match (see stack_selector.h; none: of all):
 *
 *	share	their part of the values of all samples
 *	value	the sum of their values
 *	rate	that sum for each second of the window: with CPU time, CPUs in use
 *	avg	that sum for each profile
 *	max	that of the profile in which it is the largest
 *
 * It is compared (>, >=, <, <=) with a number, which may have a unit, or with what the same
 * was that long before, times a factor. A rate of time and a share have no unit, but may be
 * given in percent.
 */
#ifndef QUERY_ALERT_RULE_H
#define QUERY_ALERT_RULE_H

#include "query/selector.h"

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
 * Parse a rule, whose text must stay. False with what is wrong, and where, appended to
 * *error. alert_rule_release() follows in both cases.
 */
bool alert_rule_parse(struct alert_rule *r, struct str text, struct buf *error);
void alert_rule_release(struct alert_rule *r);

/* "NAME: RULE": the name goes into r->name. */
bool alert_rule_parse_line(struct alert_rule *r, struct str line, struct buf *error);

/* Is the rule's condition true of a value, with that threshold? */
bool alert_rule_holds(const struct alert_rule *r, double value, double threshold);

#endif
