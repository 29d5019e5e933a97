/*
 * A Pyroscope server as a source. The server evaluates the selector and the range and answers
 * with sums; everything else is done here.
 *
 *	if (server_open(&s, url, &ask))
 *		while (server_next(&s, &profile))
 *			...
 *	ok = !s.failed;                           // else server_error(&s)
 *	server_close(&s);
 *
 * A profile is the sum over the range of types that were measured together: cpu and samples, for
 * instance. It is made from merges only, because a server's flame graphs omit small values. An
 * answer has no labels: labels that all its series have in common are put back, and labels
 * whose values differ need a query for each value.
 */
#ifndef SOURCE_SERVER_H
#define SOURCE_SERVER_H

#include "base/strings.h"
#include "base/vec.h"
#include "profile/profile.h"
#include "profile/type_order.h"
#include "query/select/selector.h"
#include "remote/querier.h"

struct server_ask {
	struct selector *selector; /* NULL: everything */
	/* Profiles that began in [since, until), ns since 1970. */
	int64_t since, until;
	struct str type;         /* a name, a type id or an index; empty: every type */
	bool one_type;           /* of several types, only the default one */
	bool no_stacks;          /* only labels and totals: samples without stacks */
	const struct str *label; /* labels that samples keep even if their values differ */
	size_t nlabel;
	bool all_labels; /* keep all labels */
	/*
	 * Return a profile for each step (ns), in order; one of the steps begins at origin. 0:
	 * one profile of the whole range.
	 */
	int64_t step, origin;
	const struct http_settings *http; /* NULL: the defaults */
};

/* A sample type; its texts are valid until server_close(). */
struct server_type {
	struct type_parts is; /* first: see type_parts_compare() */
	VEC(uint32_t) series; /* its series: rows of server.series */
	uint32_t group;       /* types that were measured together are in one group */
	uint32_t col;         /* its column in the profile of its group */
	int64_t scale;        /* factor of its values in that column */
};

struct server {
	struct querier querier;
	const char *url;
	struct server_ask ask;
	struct ms_range range;
	struct ms_range window; /* of the current profile */
	struct buf selector;    /* of labels, sent to the server; NUL-terminated */
	/*
	 * The values of span_id="..." and trace_id="..." in the selector, or NULL. A server has
	 * these ids per sample, apart from the labels, and selects by one of the two.
	 */
	const char *span, *trace;
	struct strings text;
	VEC(const Querier__LabelSet *) series;
	VEC(Querier__SeriesResponse *) answer; /* answers, which own the label sets */
	/*
	 * The requested types by group, the default one of a group last: the order of columns
	 * in files.
	 */
	VEC(struct server_type) type;
	uint32_t ngroup, at; /* number of groups, and the next one of this window */
	bool failed;         /* the reason is in error, or if that is empty, in querier.error */
	struct buf error;
	struct buf notes; /* lines */
};

/* Is the argument a server's URL? It has no path, or one that ends in '/'. */
bool server_is(const char *path);

/*
 * Request the list of series. ask, what it points to, and url must stay valid. False after an
 * error; server_close() follows in both cases.
 */
bool server_open(struct server *s, const char *url, const struct server_ask *ask);
void server_close(struct server *s);

/* The next profile, into p. False at the end and after an error. */
bool server_next(struct server *s, struct profile *p);

/* The reason of a failure; and failing with a reason, which returns false. */
const char *server_error(const struct server *s);
bool server_fail(struct server *s, const char *fmt, ...) PRINTF(2, 3);

/* The default type, for commands that use one; NULL if there is none. */
const struct server_type *server_default_type(const struct server *s);

/* The rest is for queries of other data than profiles. */

/* Does the query select samples by span or trace? Then a server answers with merges only. */
bool server_is_by_id(const struct server *s);

/* The labels of the series of a type, in byte order; valid until server_close(). */
struct label_names VEC_OF(const char *);
void server_label_names(struct server *s, const struct server_type *t, struct label_names *names);

/* Series of a type with equal values of some labels. */
struct series_group {
	struct buf selector; /* selects these series; NUL-terminated */
	label_set_id labels; /* labels that all of them have */
};

struct series_groups VEC_OF(struct series_group);

/* Divide the series of a type by the values of n labels. Labels are added to d. */
void server_divide(struct server *s, const struct server_type *t, const struct str *by, size_t n,
		   struct dictionary *d, struct series_groups *groups);
void series_groups_release(struct series_groups *groups);

/* Merges to request, each of a group of series in a range; several are in flight at a time. */
struct merge {
	struct merge_question question;
	const struct server_type *type;
	label_set_id labels;
};

struct merges VEC_OF(struct merge *);

void merges_add(const struct server *s, struct merges *m, const struct server_type *t,
		const struct series_group *group, struct ms_range range);
void merges_release(struct merges *m);

/*
 * Request the merges, and pass each answer that has samples to take(): a profile of one column
 * without labels, in dictionary d, cleared after the call. False after an error.
 */
bool server_merge(struct server *s, struct merges *m, struct dictionary *d,
		  void (*take)(void *context, const struct merge *merge, struct profile *answer),
		  void *context);

/* Begin the profile of a group of types, each of which becomes a column. */
void server_begin_profile(struct server *s, struct profile *p, uint32_t group);

/* Values over time: server_series.c. */

/* The value of a type in the step that began at `time` (ms), in series with these labels. */
struct server_point {
	const struct server_type *type;
	const Querier__TimeSeries *series; /* its labels */
	int64_t time, value;
};

/*
 * Report the sums of a type in [from, to) ms, by the values of n labels, in steps of step_ms,
 * which must divide to - from. False after an error. The server rounds values of 2^53 and
 * more; a note says so.
 */
bool server_points(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		   int64_t step_ms, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context);

/*
 * Likewise, with the whole range as one step; and for each profile, whose time is exact to 1
 * ms.
 */
bool server_totals(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context);
bool server_profiles(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		     void (*point)(void *context, const struct server_point *point), void *context);

/* The value of the label, or an empty slice. */
struct str server_point_label(const struct server_point *p, struct str name);

/* Fill p with labels and totals, as server_next() does with no_stacks. */
bool server_index(struct server *s, struct profile *p, uint32_t group);

/*
 * Add the server's values to a series: totals, or merges of each step for the values of a
 * function or span. each_profile: the values of single profiles are needed, for the mean and the
 * largest, or because t->options.each is set. Those of one series that began in the same ms are
 * one profile; how long they lasted is unknown. For a function, each takes a merge.
 */
struct time_series;
bool server_add_series(struct server *s, struct time_series *t, bool each_profile);

#endif
