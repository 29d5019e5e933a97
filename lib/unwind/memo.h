/*
 * The last complete stack of each thread. It completes a later stack that was cut off and whose
 * process can no longer be read: the outer frames of a thread live long, while inner ones change.
 *
 * A frame is identified by its stack pointer and its return address. These do not identify its
 * callers: a function that two others with equal frames call in turn looks the same from both. So
 * the words of the frame on the stack must match, too. Once a thread was seen to reach the same
 * frames from different callers, its stack is no longer used.
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
	bool forked; /* the same frames were seen with two callers */
};

enum { MEMO_THREADS = 256 };

/* A zeroed struct memos is empty and ready. If there are too many threads, the latest are kept. */
struct memos {
	struct memo slot[MEMO_THREADS];
};

void memo_keep(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t n);

/*
 * Compares a complete stack of n frames that was read from the process; the first `known` frames
 * are those of the copy. If other callers are stored for these frames, memo_find() finds none for
 * the thread from now on.
 */
void memo_compare(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t known,
		  size_t n);

/*
 * The *more frames that called the last one of the n frames; valid until the next memo_keep().
 * NULL if they are not known.
 */
const struct memo_frame *memo_find(const struct memos *m, int pid, int tid,
				   const struct memo_frame *frame, size_t n, size_t *more);

void memos_release(struct memos *m);

#endif
