/*
 * Compaction: from logs to blocks, and from small blocks to large ones. A block holds
 * profiles of one day (UTC). Level 1 is made of logs; eight blocks of one level become one
 * of the next, and a day that is over becomes one block. Of a day that is old enough, it
 * has the resolution that store_resolution() says.
 *
 * Readers and writers go on meanwhile. A new block says what it replaces, and becomes part
 * of the store at once, when it gets its name; then what it replaces is removed. What a
 * crash leaves is not read, and the next compaction removes it.
 *
 * One compaction at a time: the file compact.lock holds host and process. It is ignored
 * when that process is gone, or when it is of another machine and twelve hours old.
 */
#ifndef STORE_COMPACT_H
#define STORE_COMPACT_H

#include "base/buf.h"
#include "store/directory.h"

enum { COMPACT_ZSTD = 9 };

struct compact_options {
	bool all;       /* everything, not only what is due */
	int zstd_level; /* 0: COMPACT_ZSTD */
};

struct compact_result {
	uint64_t nwritten, nremoved; /* files */
	uint64_t nprofile;           /* that were written */
	uint64_t saturated;          /* sums that do not fit in 64 bits */
	bool is_busy;                /* another compaction is at work: nothing was done */
	struct buf errors;           /* one a line */
};

/* Is there so much to do that a writer should call store_compact()? */
bool store_compact_due(const char *dir);

/* False if something failed. What was done is in *result, whose errors the caller releases. */
bool store_compact(const char *dir, const struct compact_options *o, struct compact_result *result);

/*
 * Remove blocks whose profiles are all older than `before` (ns), then the oldest until
 * those that are left have at most `most` bytes (0: any number). Logs stay.
 */
bool store_remove_old(const char *dir, int64_t before, uint64_t most,
		      struct compact_result *result);

#endif
