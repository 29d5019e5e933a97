/*
 * Reports about a comparison. A report is one file in this folder that ends in a
 * `const struct diff_report diff_report_NAME`, and one word in DIFF_REPORTS. Options, help and
 * completion come from that table.
 */
#ifndef REPORTS_DIFF_REPORT_H
#define REPORTS_DIFF_REPORT_H

#include "compare/compare.h"
#include "io/out.h"

struct diff_report {
	const char *name; /* for --report */
	const char *help; /* half a line */

	/* Write the report. out keeps errors. */
	void (*write)(struct out *out, const struct comparison *c);

	/* The report is only the top of a page; the command draws the rest. */
	bool is_page_top;
};

/*
 * The text report for a terminal of so many columns: prose is broken into lines, and a table that
 * is too wide has fewer cells in a row.
 */
void diff_text_within(struct out *out, const struct comparison *c, size_t columns);

#define DIFF_REPORTS(X)                                                                            \
	X(text)                                                                                    \
	X(tsv) X(json) X(markdown) X(junit) X(sarif) X(codequality) X(openmetrics) X(github) X(html)
#define DIFF_DECLARE(name) extern const struct diff_report diff_report_##name;
DIFF_REPORTS(DIFF_DECLARE)

/* The i-th report, or NULL after the last. */
static inline const struct diff_report *diff_report_at(size_t i)
{
#define DIFF_ROW(name) &diff_report_##name,
	static const struct diff_report *const all[] = { DIFF_REPORTS(DIFF_ROW) };

	return i < LEN(all) ? all[i] : NULL;
}

#endif
