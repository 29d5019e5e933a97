/*
 * Reports: what prof-query prints about a profile. A report is one file in this folder that
 * ends in a `const struct report report_NAME`, and one word in REPORTS. Options, help and
 * completion come from that table.
 *
 * Each report has a text for people (that of google/pprof, if pprof has the report), and
 * rows for programs (rows.h).
 */
#ifndef QUERY_REPORT_H
#define QUERY_REPORT_H

#include "analyze/graph.h"
#include "io/out.h"
#include "profile/profile.h"
#include "query/ratio.h"
#include "query/rows.h"
#include "query/select/regex.h"
#include "query/select/selector.h"
#include "query/source/source_text.h"

enum report_format { REPORT_TEXT, REPORT_TSV, REPORT_JSON, REPORT_OPENMETRICS, REPORT_HTML };

/* Arguments of single reports; see report.argument. */
struct report_arguments {
	enum graph_order order; /* of functions */
	struct str by;          /* the label whose values divide functions; p is NULL for none */
	bool mean;              /* divide values by those of the first column */
	struct str unit;        /* for values; empty: a suitable one */
	bool has_ratio;         /* show `ratio`, too */
	struct ratio ratio;
	uint64_t limit;                  /* rows; 0 = all */
	struct regex function;           /* the functions to show */
	struct source_dirs source;       /* where source files are */
	struct str label;                /* the label to show */
	const struct selector *selector; /* the one that selected the profile; NULL: none */
};

/* What a report returns besides its output. */
struct report_result {
	bool found;      /* something matched the argument */
	size_t missing;  /* source files or binaries that were not found */
	size_t left_out; /* values of --by that a report for programs left out */
};

/* A report's input, arguments and output. */
struct query {
	struct profile *p;
	uint32_t col;       /* the column of values */
	int64_t total;      /* the base of percentages: column_total_shares() */
	struct str filters; /* lines about what filters have left out */
	struct report_arguments arg;
	struct out *out;
	enum report_format format;
	uint64_t window; /* number of profiles before this one in a stream */
	bool in_stream;  /* the header is a single line */
	/* The width of the terminal to which names are cut, and how; 0 = they are not cut. */
	size_t columns;
	void (*cut)(struct buf *b, struct str name, size_t columns);
	double unit_value; /* values have the unit that suits this one; 0: each has its own */
	struct report_result result;
};

enum report_argument { REPORT_NO_ARGUMENT, REPORT_LIMIT, REPORT_REGEX, REPORT_LABEL };

/* Options that only some reports have, and data of the source that a report needs. */
enum report_feature {
	REPORT_HAS_BY = 1,
	REPORT_HAS_MEAN = 2,
	REPORT_HAS_RATIO = 4,
	REPORT_HAS_WINDOWS = 8,    /* about each window, with all windows in one table */
	REPORT_HAS_ALL_TYPES = 16, /* about all sample types, not only about one */
	REPORT_HAS_LABELS = 32,    /* shows the labels of samples */
	REPORT_HAS_NO_STACKS = 64, /* needs only labels and totals */
};

struct report {
	const char *name; /* the option */
	const char *help; /* half a line */
	enum report_argument argument;
	unsigned features; /* enum report_feature */

	/* For people. */
	void (*text)(struct query *q);

	/* For programs: the names of cells, and the rows, after rows_begin(). */
	const char *const *names;
	const char *const *(*choose_names)(const struct query *q); /* if they depend on q */
	void (*rows)(struct query *q, struct rows *r);

	/* A page for the browser, or NULL. */
	void (*html)(struct query *q);

	/* As metrics (openmetrics.h), or NULL. */
	void (*metrics)(struct query *q);
};

#define REPORTS(X)                                                                                 \
	X(top)                                                                                     \
	X(tree)                                                                                    \
	X(peek)                                                                                    \
	X(list)                                                                                    \
	X(disasm) X(dot) X(timeline) X(traces) X(labels) X(values) X(types) X(raw) X(summary)
#define REPORT_DECLARE(name) extern const struct report report_##name;
#define REPORT_COUNT(name)   +1
REPORTS(REPORT_DECLARE)
enum { NREPORT = 0 REPORTS(REPORT_COUNT) };

/* All reports, in that order. */
extern const struct report *const reports[NREPORT];

/* Print a report to q->out. */
void report_print(const struct report *report, struct query *q);

/* Print a report without rows, for programs, where no profile is selected: q->p has no columns. */
void report_print_nothing(const struct report *report, struct query *q);

/* Pieces of text reports. */

/* A value for people, in the unit that suits q->unit_value. */
void put_value(const struct query *q, struct buf *b, int64_t v);

/* A ratio of the two columns, per 1000 (10^6 ...) if that of all is small; "-" for NAN. */
void put_ratio_column(const struct query *q, struct buf *b, double ratio, size_t width);

/* The line about the ratio of all samples. */
void put_ratio(const struct query *q, struct buf *b);

/* "12.34%", "0.056%": |v| of total. */
void put_percent(struct buf *b, int64_t v, int64_t total);

/* The same two, padded with blanks on the left; a percentage always begins with a blank. */
void put_value_column(const struct query *q, struct buf *b, int64_t v, size_t width);
void put_percent_column(struct buf *b, int64_t v, int64_t total);

/* A name on one line: control characters become blanks. */
void put_name(struct buf *b, struct str name);

/* The same, then `after`, at the end of a line that begins in b. The name is cut for a terminal. */
void put_last_name(const struct query *q, struct buf *b, struct str name, struct str after);

/* A time in ns since 1970, in the local time zone. */
void put_time(struct buf *b, int64_t ns);

/* The lines that describe the profile. */
void put_header(const struct query *q, struct buf *b);

/* The line about how much of the profile is shown below. */
void put_shown(const struct query *q, struct buf *b, int64_t shown);

/* A label's value for people: text, or a number in the unit that suits it. */
void put_label(struct buf *b, const struct profile *p, const struct label *l);

#endif
