/*
 * Merging profiles from logs or blocks into a new block: their rows are joined series by series
 * and span by span, with the dictionary of a new group.
 */
#ifndef STORE_MERGE_ROWS_H
#define STORE_MERGE_ROWS_H

#include "store/relabel.h"
#include "store/store_view.h"

/* Chunks begin at multiples of this, so a query for a shorter time reads only a chunk or two. */
#define CHUNK_SPAN (4 * HOUR_NS)

/* A chunk of more rows is split by time: in memory a row of two types takes 60 bytes. */
enum { MOST_ROWS = 512 << 10 };

/*
 * All profiles of one series in one or more logs. Rows are of the view's dictionary, in order
 * of profiles; those of profile i begin at first.v[i].
 */
struct log_series {
	struct str bytes, group; /* of the series */
	struct rows_of_chunk rows;
	VEC(size_t) first;
};

struct log_contents {
	struct strings bytes; /* of series: number i + 1 belongs to series.v[i] */
	VEC(struct log_series) series;
	uint64_t nprofile;
};

/* Read the logs of a view; the blocks in it are left out. */
void log_contents_read(struct log_contents *c, struct store_view *v);
void log_contents_release(struct log_contents *c);

/* How to write the profiles of the time [from, to). */
struct merge_how {
	int64_t from, to;
	unsigned level;                /* of the new block */
	int64_t step;                  /* its resolution; 0: profiles stay as they are */
	uint64_t most_rows;            /* of a chunk, which bounds memory; 0: MOST_ROWS */
	const struct relabel *relabel; /* NULL: labels stay; else there must be no logs */
};

struct merge_result {
	uint64_t nprofile;  /* profiles written */
	uint64_t saturated; /* sums that do not fit in 64 bits */
};

/*
 * Write the profiles of that time in the logs and in the view's blocks to w. False with
 * w->error, or with an error in the view.
 */
bool merge_into_block(struct store_view *v, const struct log_contents *logs,
		      const struct merge_how *how, struct block_writer *w,
		      struct merge_result *result);

#endif
