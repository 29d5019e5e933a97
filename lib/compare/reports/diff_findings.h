/*
 * Findings, as code checkers report them: first everything that makes the gate fail (the total,
 * budgets, rows), then rows that seem worse but do not make it fail.
 */
#ifndef REPORTS_DIFF_FINDINGS_H
#define REPORTS_DIFF_FINDINGS_H

#include "compare/compare.h"

struct finding {
	const char *rule;  /* "prof/self-regression"; finding_rules has them all */
	const char *title; /* "SLOWER", "total", "budget" */
	bool gated;
	struct str file; /* where to annotate it; empty and 0 outside the author's code */
	uint32_t line;
	struct buf text;        /* a sentence */
	struct buf fingerprint; /* unique to this finding, and the same in the next comparison */
	const struct comparison *c;
	size_t next;
};

enum { FINDING_RULES = 5 };
extern const struct finding_rule {
	const char *id, *text;
} finding_rules[FINDING_RULES];

/*
 *	finding_begin(&f, c);
 *	while (finding_next(&f))
 *		...
 *	finding_end(&f);
 */
void finding_begin(struct finding *f, const struct comparison *c);
bool finding_next(struct finding *f);
void finding_end(struct finding *f);

#endif
