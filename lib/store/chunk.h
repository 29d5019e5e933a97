/*
 * Chunks: the profiles of one series in a span of time, column by column.
 *
 * Rows (a stack and labels, a profile, a value for each type) are in order of stack and
 * labels: a *run* has all rows of one stack, in order of time. So the sum over a whole
 * chunk needs runs and values only, and the gaps between the rows of a run, which are
 * alike, compress well. Totals of profiles are beside their times: a series of totals
 * reads no rows.
 */
#ifndef STORE_CHUNK_H
#define STORE_CHUNK_H

#include "base/strings.h"
#include "base/vec.h"
#include "profile/profile.h"
#include "store/section.h"

/* A stored profile without its samples. */
struct stored {
	int64_t time, duration, end; /* as in struct header; ns */
	uint64_t hash;               /* of its contents: see profile_hash() */
	uint32_t main_map;           /* row of the group's mappings */
	uint32_t nprofile;           /* profiles of which it is the sum */
	uint32_t meta;               /* its other facts: see meta_put() */
	uint32_t zero;
};

/* The rest of a profile's header, and its comments. */
void meta_put(struct buf *b, const struct profile *p);
bool meta_get(struct str meta, struct profile *p);
struct str meta_default_type(struct str meta);

/* Values of a column are saturated sums; rows are profiles of stacks and labels. */
struct chunk_row {
	uint32_t stack, labels; /* rows of the group's dictionary */
	uint32_t profile;       /* which of the chunk's */
};

/* A chunk in memory. */
struct rows_of_chunk {
	size_t ntype;
	VEC(struct stored) profile; /* in order of time */
	VEC(int64_t) total;         /* ntype for each profile */
	struct strings meta;
	VEC(struct chunk_row) row;
	VEC(int64_t) value;      /* ntype for each row */
	VEC(uint64_t) more_hash; /* of profiles that became part of another one, in any order */
};

void chunk_begin(struct rows_of_chunk *c, size_t ntype);
void chunk_release(struct rows_of_chunk *c);

/* Put the profiles in order of time. */
void chunk_sort(struct rows_of_chunk *c);

/* Numbers of rows by stack, labels and profile: row.n of them, which the caller frees. */
uint32_t *chunk_order(const struct rows_of_chunk *c);

/*
 * Add up the profiles of each span of `step` (ns), and their rows: one is left, with the time
 * of the first. Sums are exact, or saturate, which *saturated counts.
 */
void chunk_reduce(struct rows_of_chunk *c, int64_t step, uint64_t *saturated);

enum { CHUNK_PROFILES, CHUNK_RUNS, CHUNK_TIMES, CHUNK_VALUES };

/*
 * Append the parts of the chunk, not compressed: profiles, runs, times, and values of each
 * type; parts has room for CHUNK_VALUES + ntype. Profiles become ordered by time.
 */
void chunk_put(struct rows_of_chunk *c, struct buf *parts);

/* The profiles of a chunk as they were read. */
struct chunk_profiles {
	VEC(struct stored) profile;
	VEC(int64_t) total; /* column by column: total.v[type * profile.n + i] */
	VEC(struct str) meta;
	VEC(uint64_t) more_hash;
	struct buf bytes; /* of the texts */
};

bool chunk_profiles_get(struct cursor *c, size_t ntype, struct chunk_profiles *p);
void chunk_profiles_release(struct chunk_profiles *p);

struct row_run {
	uint32_t stack, labels;
	size_t n; /* rows */
};

struct row_runs VEC_OF(struct row_run);

/* *nrow: of all. False if malformed, or if they are more than `most`. */
bool chunk_runs_get(struct cursor *c, uint64_t most, struct row_runs *runs, size_t *nrow);

/* Which profile (below nprofile) each row is of, into to[], which has room for all rows. */
bool chunk_times_get(struct cursor *c, const struct row_runs *runs, size_t nprofile, uint32_t *to);

/*
 * The sums of the runs in a column, divided by *factor, in sums[]; *saturated counts those
 * that do not fit. *like: as below; sums[] is not filled then.
 */
bool chunk_sums_get(struct cursor *c, const struct row_runs *runs, int64_t *sums, int *like,
		    int64_t *factor, uint64_t *saturated);

/*
 * The values of a column, which are multiples of *factor. They may have the quotients of
 * another column, which *like then names; else it is -1 and to[] is filled.
 */
bool chunk_values_get(struct cursor *c, size_t nrow, int64_t *to, int *like, int64_t *factor);

#endif
