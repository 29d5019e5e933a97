/*
 * A Pyroscope server as a source. The selector and the range go to the server, which
 * answers with sums; everything else is done here.
 *
 *	if (server_open(&s, url, &ask))
 *		while (server_next(&s, &profile))
 *			...
 *	ok = !s.failed;                           // else server_error(&s)
 *	server_close(&s);
 *
 * A profile is the sum over the range of the types that were measured together: cpu and
 * samples, for instance. Only merges are asked for: a server's flame graphs leave out what
 * is small. An answer has no labels. Those that all its series have in common are put
 * back; for labels whose values differ, there has to be a question for each of them.
 */
#ifndef SOURCE_SERVER_H
#define SOURCE_SERVER_H

#include "base/strings.h"
#include "base/vec.h"
#include "profile/profile.h"
#include "profile/type_order.h"
#include "query/selector.h"
#include "remote/querier.h"

struct server_ask {
	struct selector *selector; /* NULL: everything */
	/* Profiles that began at since or later, and before until (ns since 1970). */
	int64_t since, until;
	struct str type;         /* a name, a type id or an index; empty: every type */
	bool one_type;           /* of several, only the default one */
	bool no_stacks;          /* only labels and totals: samples have no stacks */
	const struct str *label; /* labels that samples keep even if values differ */
	size_t nlabel;
	bool all_labels; /* keep all of them */
	/*
	 * Profiles of these steps (ns), one after the other; one of them begins at origin. 0: one
	 * of the whole range.
	 */
	int64_t step, origin;
	const struct http_settings *http; /* NULL: the defaults */
};

/* A sample type; texts live as long as the server. */
struct server_type {
	struct type_parts is; /* first: see type_parts_compare() */
	VEC(uint32_t) series; /* that have it: rows of server.series */
	uint32_t group;       /* types that were measured together have the same */
	uint32_t col;         /* in the profile of its group, */
	int64_t scale;        /* and what its values are multiplied by there */
};

struct server {
	struct querier querier;
	const char *url;
	struct server_ask ask;
	struct ms_range range;
	struct ms_range window; /* of the profile at hand */
	struct buf selector;    /* of labels, for the server; NUL-terminated */
	struct strings text;
	VEC(const Querier__LabelSet *) series;
	VEC(Querier__SeriesResponse *) answer; /* which own the label sets */
	/*
	 * Those that are asked for, by group, the default one of a group last: the order in
	 * which files have them.
	 */
	VEC(struct server_type) type;
	uint32_t ngroup, at; /* groups, and the next one of this window */
	bool failed;         /* querier.error, or error if that is not empty, says why */
	struct buf error;
	struct buf notes; /* lines */
};

/* Is that argument a server's URL? One without a path, or with one that ends in '/'. */
bool server_is(const char *path);

/*
 * Ask which series there are. ask and what it points to, and url, must stay. False after an
 * error; server_close() follows in both cases.
 */
bool server_open(struct server *s, const char *url, const struct server_ask *ask);
void server_close(struct server *s);

/* The next profile, into p. False at the end and after an error. */
bool server_next(struct server *s, struct profile *p);

/* Why it failed; and fail, which returns false. */
const char *server_error(const struct server *s);
bool server_fail(struct server *s, const char *fmt, ...) PRINTF(2, 3);

/* The type that is used where one is wanted; NULL if there is none. */
const struct server_type *server_default_type(const struct server *s);

/* The rest is for those who ask for something else than profiles: server_series.c. */

/* The names of labels that some series of a type have, in byte order; they live as the server. */
struct label_names VEC_OF(const char *);
void server_label_names(struct server *s, const struct server_type *t, struct label_names *names);

/* The series of a type that have the same values of some labels. */
struct series_group {
	struct buf selector; /* of these series; NUL-terminated */
	label_set_id labels; /* that they have in common */
};

struct series_groups VEC_OF(struct series_group);

/* Divide the series of a type by the values of n labels. labels are entered into d. */
void server_divide(struct server *s, const struct server_type *t, const struct str *by, size_t n,
		   struct dictionary *d, struct series_groups *groups);
void series_groups_release(struct series_groups *groups);

/* Ask for merges, each of a group of series in a range, several at a time. */
struct merge {
	struct merge_question question;
	const struct server_type *type;
	label_set_id labels;
};

struct merges VEC_OF(struct merge *);

void merges_add(struct merges *m, const struct server_type *t, const struct series_group *group,
		struct ms_range range);
void merges_release(struct merges *m);

/*
 * Ask, and hand each answer that has samples to take(): a profile of one column without
 * labels, in dictionary d, empty again afterwards. False after an error.
 */
bool server_merge(struct server *s, struct merges *m, struct dictionary *d,
		  void (*take)(void *context, const struct merge *merge, struct profile *answer),
		  void *context);

/* Begin the profile of a group of types, which become its columns. */
void server_begin_profile(struct server *s, struct profile *p, uint32_t group);

/* Values over time: server_series.c. */

/* A value of a type in the step that began at `time` (ms), of series with these labels. */
struct server_point {
	const struct server_type *type;
	const Querier__TimeSeries *series; /* its labels */
	int64_t time, value;
};

/*
 * The sums of a type in [from, to) ms, by the values of n labels: in steps of step_ms, which
 * divides to - from. False after an error. Values of 2^53 and more are rounded by the
 * server; a note says so.
 */
bool server_points(struct server *s, const struct server_type *t, int64_t from, int64_t to,
		   int64_t step_ms, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context);

/* The same for the whole range as one step, and for each profile, whose time is exact to 1 ms. */
bool server_totals(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		   void (*point)(void *context, const struct server_point *point), void *context);
bool server_profiles(struct server *s, const struct server_type *t, const char *const *by, size_t n,
		     void (*point)(void *context, const struct server_point *point), void *context);

/* The label's value, or an empty slice. */
struct str server_point_label(const struct server_point *p, struct str name);

/* Fill p with labels and totals, as server_next() does if stacks are not asked for. */
bool server_index(struct server *s, struct profile *p, uint32_t group);

/*
 * Add the server's values to a series. It asks for totals, or, if values are those of a
 * function, for merges of each step. each_profile: the mean and the largest of single profiles
 * are wanted; this is an error for a function.
 */
struct time_series;
bool server_add_series(struct server *s, struct time_series *t, bool each_profile);

#endif
