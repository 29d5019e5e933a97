/*
 * The last whole stack of each thread, to complete later ones that were cut off: the
 * outer frames of a thread stay for long while the inner ones come and go.
 *
 * A frame is recognised by its stack pointer and its return address. If two frames in a
 * row are the same as before, they are taken to be the same calls, with the same callers.
 */
#ifndef UNWIND_MEMO_H
#define UNWIND_MEMO_H

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
