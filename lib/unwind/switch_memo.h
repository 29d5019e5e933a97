/*
 * What has been read of goroutines that switched to their thread's own stack: the chain of their
 * callers, by the thread, and by the words at the switch. It answers when the process has gone on
 * or has ended, provided that the thread was never seen to come there from elsewhere.
 */
#ifndef UNWIND_SWITCH_MEMO_H
#define UNWIND_SWITCH_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SWITCH_CHAIN = 64, SWITCH_WORDS = 3, SWITCH_MEMOS = 64 };

struct switch_memo {
	int pid, tid;
	uint64_t word[SWITCH_WORDS];
	uint64_t chain[SWITCH_CHAIN];
	size_t n;          /* 0: nothing is kept */
	bool is_ambiguous; /* there are two chains */
};

/* A zeroed one is empty. */
struct switch_memos {
	struct switch_memo memo[SWITCH_MEMOS];
};

/* Keep the chain that was read for this thread and these words. */
void switch_memo_keep(struct switch_memos *m, int pid, int tid, const uint64_t *word,
		      const uint64_t *chain, size_t n);

/* The one that was, or NULL. */
const struct switch_memo *switch_memo_find(const struct switch_memos *m, int pid, int tid,
					   const uint64_t *word);

#endif
