/*
 * Reports: what prof-query prints about a profile. A report is one file here that
 * ends in a `const struct report report_NAME`, and one word in REPORTS; options,
 * help and completion follow from the table.
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
#include "query/regex.h"
#include "query/rows.h"
#include "query/selector.h"
#include "query/source_text.h"

enum report_format { REPORT_TEXT, REPORT_TSV, REPORT_JSON, REPORT_OPENMETRICS, REPORT_HTML };

/* Arguments of single reports; see report.argument. */
struct report_arguments {
	enum graph_order order; /* of functions */
	struct str by;          /* the label whose values divide functions; p is NULL for none */
	bool mean;              /* divide values by those of the first column */
	struct str unit;        /* for values; empty: the one that suits */
	bool has_ratio;         /* show this one, too */
	struct ratio ratio;
	uint64_t limit;                  /* rows; 0 = all */
	struct regex function;           /* the functions that are wanted */
	struct source_dirs source;       /* where source files are */
	struct str label;                /* the label that is wanted */
	const struct selector *selector; /* that the profile is selected by; NULL: none */
};

/* What a report has found out, beside its output. */
struct report_result {
	bool found;      /* what the argument names is there */
	size_t missing;  /* source files or binaries that are not found */
	size_t left_out; /* values of --by that a report for programs does not have */
};

/* What is asked of a profile, and where the answer goes. */
struct query {
	struct profile *p;
	uint32_t col;       /* the column that values are of */
	int64_t total;      /* that percentages are of: column_total_shares() */
	struct str filters; /* lines that say what was left out before */
	struct report_arguments arg;
	struct out *out;
	enum report_format format;
	uint64_t window; /* profiles of a stream before this one */
	bool in_stream;  /* the header is a line */
	/* The columns of the terminal to which names are cut, and how; 0 = they are not. */
	size_t columns;
	void (*cut)(struct buf *b, struct str name, size_t columns);
	double unit_value; /* values are shown in the unit that suits it; 0: each in its own */
	struct report_result result;
};

enum report_argument { REPORT_NO_ARGUMENT, REPORT_LIMIT, REPORT_REGEX, REPORT_LABEL };

/* Options of all reports that only some have, and what a source need not be read for. */
enum report_feature {
	REPORT_HAS_BY = 1,
	REPORT_HAS_MEAN = 2,
	REPORT_HAS_RATIO = 4,
	REPORT_HAS_WINDOWS = 8,    /* it is about each window, and all windows are one table */
	REPORT_HAS_ALL_TYPES = 16, /* it is about all sample types, not only about one */
	REPORT_HAS_LABELS = 32,    /* it shows the labels of samples */
	REPORT_HAS_NO_STACKS = 64, /* it is about labels and totals */
};

struct report {
	const char *name; /* the option */
	const char *help; /* half a line */
	enum report_argument argument;
	unsigned features; /* enum report_feature */

	/* For people. */
	void (*text)(struct query *q);

	/* For programs: names of cells, and the rows, which are begun already. */
	const char *const *names;
	const char *const *(*choose_names)(const struct query *q); /* where they depend on q */
	void (*rows)(struct query *q, struct rows *r);

	/* A page for the browser, or NULL. */
	void (*html)(struct query *q);

	/* As metrics (openmetrics.h); NULL: it cannot be. */
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

/* Pieces of text reports. */

/* A value for people, in the unit that suits q->unit_value. */
void put_value(const struct query *q, struct buf *b, int64_t v);

/* A ratio of the two columns, per 1000 (10^6 ...) if that of all is small; "-" for NAN. */
void put_ratio_column(const struct query *q, struct buf *b, double ratio, size_t width);

/* The line about the ratio of all. */
void put_ratio(const struct query *q, struct buf *b);

/* "12.34%", "0.056%": |v| of total. */
void put_percent(struct buf *b, int64_t v, int64_t total);

/* The same two, with blanks before them to fill a column; a percentage has one always. */
void put_value_column(const struct query *q, struct buf *b, int64_t v, size_t width);
void put_percent_column(struct buf *b, int64_t v, int64_t total);

/* A name on one line: control characters are blanks. */
void put_name(struct buf *b, struct str name);

/* The same at the end of a line that began in b, with `after` at its end: cut for a terminal. */
void put_last_name(const struct query *q, struct buf *b, struct str name, struct str after);

/* A time in ns since 1970, in the local time zone. */
void put_time(struct buf *b, int64_t ns);

/* The lines that say what the profile is of. */
void put_header(const struct query *q, struct buf *b);

/* And how much of it is shown below. */
void put_shown(const struct query *q, struct buf *b, int64_t shown);

/* A label's value for people: text, or a number in the unit that suits it. */
void put_label(struct buf *b, const struct profile *p, const struct label *l);

#endif
