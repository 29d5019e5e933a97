/* What the steps of a compaction share: compact.c, compact_logs.c, leftovers.c and gc.c. */
#ifndef STORE_COMPACTION_H
#define STORE_COMPACTION_H

#include "store/compact.h"
#include "store/merge_rows.h"

struct compaction {
	const char *dir;
	const struct compact_options *options;
	struct compact_result *result;
	struct resolution resolution;
	struct store_names names; /* of the last compaction_list() */
	VEC(uint64_t) bad;        /* ids of files that cannot be read in full: they stay */
	bool failed;              /* a step failed; the others continue */
	bool stopped;             /* nothing more can be written or removed */
};

struct numbers VEC_OF(size_t);
struct days VEC_OF(int64_t);

/* Take the store's lock. False if another compaction has it, or after an error. */
bool compaction_begin(struct compaction *c, bool *was_left);
bool compaction_end(struct compaction *c);

/* Record an error. Both return false. */
bool compaction_error(struct compaction *c, const char *message);
bool compaction_stop(struct compaction *c, const char *what);

/* List the directory again. False after an error. */
bool compaction_list(struct compaction *c);
bool compaction_remove(struct compaction *c, const char *name);
bool compaction_sync(struct compaction *c);

bool compaction_is_bad(const struct compaction *c, uint64_t id);

/* Record the errors of the view's files, and mark these files bad. */
void compaction_bad_files(struct compaction *c, const struct store_view *v);

/*
 * Write one block of the profiles that the view's good files have in a span of time; the block
 * replaces these. Nothing is written if there are none.
 */
bool compaction_write(struct compaction *c, struct store_view *v, const struct log_contents *logs,
		      const struct merge_how *how);

/* Sort days, and remove duplicates. */
void days_sort(struct days *days);

/* The steps */

/* Turn logs into blocks of level 1, one for each day. */
bool compact_logs(struct compaction *c);

/* Remove the temporary files of compactions that were killed while they wrote a block. */
bool remove_temporary(struct compaction *c);

/* Remove the blocks of a day that others replace. */
bool remove_replaced(struct compaction *c, int64_t day);

/* The same for all days. */
bool remove_all_replaced(struct compaction *c);

/*
 * Mark what blocks of these days replace in the view's files, so that it is not read. False if
 * they replace nothing.
 */
bool mark_replaced(struct compaction *c, const struct days *days, struct store_view *v);

#endif
