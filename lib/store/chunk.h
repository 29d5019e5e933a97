/*
 * Chunks: the profiles of one series in a span of time, column by column.
 *
 * A row has a stack, labels, a profile, and a value for each type. Rows are in order of stack
 * and labels: a *run* is all rows with the same stack and labels, in order of time. The sum
 * over a whole chunk needs only runs and values, and the gaps between the rows of a run are
 * similar, so they compress well. Totals of profiles are stored with their times: a series of
 * totals reads no rows.
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
	uint32_t main_map;           /* row in the group's mappings */
	uint32_t nprofile;           /* number of profiles in this sum */
	uint32_t meta;               /* the rest of its header: see meta_put() */
	uint32_t zero;
};

/* Append the header fields that struct stored does not have, and the comments. */
void meta_put(struct buf *b, const struct profile *p);
bool meta_get(struct str meta, struct profile *p);
struct str meta_default_type(struct str meta);

/* A row without its values, which are sums that saturate. */
struct chunk_row {
	uint32_t stack, labels; /* rows in the group's dictionary */
	uint32_t profile;       /* its number in the chunk */
};

/* A chunk in memory. */
struct rows_of_chunk {
	size_t ntype;
	VEC(struct stored) profile; /* in order of time */
	VEC(int64_t) total;         /* ntype for each profile */
	struct strings meta;
	VEC(struct chunk_row) row;
	VEC(int64_t) value;      /* ntype for each row */
	VEC(uint64_t) more_hash; /* of profiles that were added to another one, in any order */
};

void chunk_begin(struct rows_of_chunk *c, size_t ntype);
void chunk_release(struct rows_of_chunk *c);

/* Sort the profiles by time. */
void chunk_sort(struct rows_of_chunk *c);

/* The row.n numbers of rows, in order of stack, labels and profile. The caller frees them. */
uint32_t *chunk_order(const struct rows_of_chunk *c);

/*
 * Add up the profiles of each span of `step` (ns), and their rows, into one profile with the
 * time of the first. Sums that overflow saturate; *saturated counts them.
 */
void chunk_reduce(struct rows_of_chunk *c, int64_t step, uint64_t *saturated);

enum { CHUNK_PROFILES, CHUNK_RUNS, CHUNK_TIMES, CHUNK_VALUES };

/*
 * Append the uncompressed parts of the chunk: profiles, runs, times, and the values of each
 * type. parts has room for CHUNK_VALUES + ntype. The profiles of c are sorted by time.
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

/* *nrow: the rows of all runs. False if they are malformed, or more than `most`. */
bool chunk_runs_get(struct cursor *c, uint64_t most, struct row_runs *runs, size_t *nrow);

/* Store each row's profile (below nprofile) in to[], which has room for all rows. */
bool chunk_times_get(struct cursor *c, const struct row_runs *runs, size_t nprofile, uint32_t *to);

/*
 * Store the sum of each run in a column, divided by *factor, in sums[]; *saturated counts
 * those that do not fit. *like: as below; if it is not -1, sums[] is not filled.
 */
bool chunk_sums_get(struct cursor *c, const struct row_runs *runs, int64_t *sums, int *like,
		    int64_t *factor, uint64_t *saturated);

/*
 * Store the values of a column, which are multiples of *factor, in to[]. If another column has
 * the same quotients, *like is its number and to[] is not filled; else *like is -1.
 */
bool chunk_values_get(struct cursor *c, size_t nrow, int64_t *to, int *like, int64_t *factor);

#endif
