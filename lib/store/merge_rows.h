/*
 * Writing a block of profiles that are in logs or other blocks: their rows are put
 * together series by series and span by span, with the dictionary of a new group.
 */
#ifndef STORE_MERGE_ROWS_H
#define STORE_MERGE_ROWS_H

#include "store/store_view.h"

/* Spans of chunks begin at multiples of this: a query for a shorter time reads one. */
#define CHUNK_SPAN (4 * HOUR_NS)

/*
 * All that a log, or several, have of one series. Rows are of the view's dictionary, in
 * order of profiles; those of profile i begin at first.v[i].
 */
struct log_series {
	struct str bytes, group; /* of the series */
	struct rows_of_chunk rows;
	VEC(size_t) first;
};

struct log_contents {
	struct strings bytes; /* of series: number i + 1 is that of series.v[i] */
	VEC(struct log_series) series;
	uint64_t nprofile;
};

/* Read the logs of a view; the blocks in it are left out. */
void log_contents_read(struct log_contents *c, struct store_view *v);
void log_contents_release(struct log_contents *c);

/*
 * Write what logs and the view's blocks have of the time [from, to) into w. False if that
 * fails: with w->error, or with an error in the view. *nprofile: profiles written.
 */
bool merge_into_block(struct store_view *v, const struct log_contents *logs, int64_t from,
		      int64_t to, struct block_writer *w, uint64_t *nprofile);

#endif
