/*
 * Compaction turns logs into blocks, and small blocks into large ones. A block holds
 * profiles of one day (UTC). Level 1 is made of logs; eight blocks of one level become one
 * of the next, and a day that is over becomes one block. When the day is old enough, the
 * block is reduced to the resolution that store_resolution() returns.
 *
 * Readers and writers continue meanwhile. A new block lists what it replaces, and becomes
 * part of the store atomically, when it gets its name; then what it replaces is removed.
 * Readers ignore what a crash leaves, and the next compaction removes it.
 *
 * Only one compaction runs at a time: compact.lock, a file or a link, holds its host and process id.
 * The lock is ignored when that process is gone, or when it is of another machine and
 * twelve hours old.
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
	uint64_t nprofile;           /* profiles written */
	uint64_t saturated;          /* sums that do not fit in 64 bits */
	bool is_busy;                /* another compaction is running: nothing was done */
	struct buf errors;           /* one a line */
};

/* Is enough due that a writer should call store_compact()? */
bool store_compact_due(const char *dir);

/* Report what was done in *result, whose errors the caller releases. False if anything failed. */
bool store_compact(const char *dir, const struct compact_options *o, struct compact_result *result);

/*
 * Remove blocks whose profiles are all older than `before` (ns), then the oldest blocks until
 * the rest has at most `most` bytes (0: no limit). Logs stay.
 */
bool store_remove_old(const char *dir, int64_t before, uint64_t most,
		      struct compact_result *result);

#endif
