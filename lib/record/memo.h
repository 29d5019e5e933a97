/*
 * The last whole stack of each thread, to complete later ones that were cut off: the
 * outer frames of a thread stay for long while the inner ones come and go.
 *
 * A frame is known again by where it lies, its stack pointer, and where it stands in
 * the code, its return address. Two frames in a row that are the same are taken to be
 * the same calls, and so are the callers of theirs that the stack did not show.
 */
#ifndef RECORD_MEMO_H
#define RECORD_MEMO_H

#include "base/base.h"

struct memo_frame {
	uint64_t address, sp;
};

struct memo {
	int pid, tid;
	struct memo_frame *frame; /* leaf first */
	size_t n, cap;
};

enum { MEMO_THREADS = 256 };

/* A zeroed struct memos is empty and ready. Of too many threads the latest are kept. */
struct memos {
	struct memo slot[MEMO_THREADS];
};

void memo_keep(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t n);

/*
 * The frames that called the last one of those n, *more of them; valid until the next
 * memo_keep(). NULL when it is not known.
 */
const struct memo_frame *memo_find(const struct memos *m, int pid, int tid,
				   const struct memo_frame *frame, size_t n, size_t *more);

void memos_release(struct memos *m);

#endif
