/*
 * A cache of the callers of goroutines that switched to their thread's own stack: chains read from
 * the process, by thread and by the words at the switch. It is used when the process has gone on
 * or has ended, unless the thread was seen to reach the same words from different callers.
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
	size_t n;          /* 0: empty */
	bool is_ambiguous; /* two different chains were seen */
};

/* A zeroed one is empty. */
struct switch_memos {
	struct switch_memo memo[SWITCH_MEMOS];
};

/* Keeps the chain that was read for this thread and these words. */
void switch_memo_keep(struct switch_memos *m, int pid, int tid, const uint64_t *word,
		      const uint64_t *chain, size_t n);

/* The chain kept for this thread and these words, or NULL. */
const struct switch_memo *switch_memo_find(const struct switch_memos *m, int pid, int tid,
					   const uint64_t *word);

#endif
