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
	VEC(uint64_t) bad;        /* ids of files that cannot be read whole: they stay */
	bool failed;              /* something could not be done; the rest goes on */
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

/* List the directory anew. False after an error. */
bool compaction_list(struct compaction *c);
bool compaction_remove(struct compaction *c, const char *name);
bool compaction_sync(struct compaction *c);

bool compaction_is_bad(const struct compaction *c, uint64_t id);

/* Record the errors of the view's files, which are bad from now on. */
void compaction_bad_files(struct compaction *c, const struct store_view *v);

/*
 * Write one block of what the view's good files have of a time, which it replaces. Nothing is
 * written if that is nothing.
 */
bool compaction_write(struct compaction *c, struct store_view *v, const struct log_contents *logs,
		      const struct merge_how *how);

/* Put days in order, each once. */
void days_sort(struct days *days);

/* The steps */

/* Logs become blocks of level 1, one for each day. */
bool compact_logs(struct compaction *c);

/* Remove what a compaction has left that was killed while it wrote a block. */
bool remove_temporary(struct compaction *c);

/* Remove those blocks of a day that others replace. */
bool remove_replaced(struct compaction *c, int64_t day);

/* The same for all days. */
bool remove_all_replaced(struct compaction *c);

/*
 * Add to the view's files what blocks of these days replace of them, so that it is not read.
 * False if that is nothing.
 */
bool find_replaced(struct compaction *c, const struct days *days, struct store_view *v);

#endif
