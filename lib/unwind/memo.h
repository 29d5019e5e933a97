/*
 * The last whole stack of each thread, to complete later ones that were cut off and whose
 * process cannot be read any more: the outer frames of a thread stay for long while the
 * inner ones come and go.
 *
 * A frame is recognised by its stack pointer and its return address. That is not enough to
 * know its callers: one function, called in turn by two others of equal frames, looks the
 * same from both. So the words that it has on the stack must be the same, too, and once a
 * thread was seen to come to the same frames from elsewhere, nothing is remembered of it.
 */
#ifndef UNWIND_MEMO_H
#define UNWIND_MEMO_H

#include "base/base.h"

struct memo_frame {
	uint64_t address, sp;
	uint64_t words; /* a hash of the last words of the frame; 0 = not known */
};

struct memo {
	int pid, tid;
	struct memo_frame *frame; /* leaf first */
	size_t n, cap;
	bool forked; /* two callers of the same frames have been seen */
};

enum { MEMO_THREADS = 256 };

/* A zeroed struct memos is empty and ready. Of too many threads the latest are kept. */
struct memos {
	struct memo slot[MEMO_THREADS];
};

void memo_keep(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t n);

/*
 * The process was read: those n frames, of which the first `known` are those of the copy,
 * are a whole stack. If other callers are remembered for the same frames, forget them, and
 * remember no others.
 */
void memo_compare(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t known,
		  size_t n);

/*
 * The frames that called the last one of those n, *more of them; valid until the next
 * memo_keep(). NULL when it is not known.
 */
const struct memo_frame *memo_find(const struct memos *m, int pid, int tid,
				   const struct memo_frame *frame, size_t n, size_t *more);

void memos_release(struct memos *m);

#endif
