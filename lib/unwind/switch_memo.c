#include "unwind/switch_memo.h"

#include <string.h>

/* The slot of a thread and place, which others may share. */
static size_t slot_of(int pid, int tid, const uint64_t *word)
{
	uint64_t hash = (uint64_t)(uint32_t)pid << 32 | (uint32_t)tid;

	for (size_t i = 0; i < SWITCH_WORDS; i++)
		hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15;
	return (hash >> 32) % SWITCH_MEMOS;
}

static bool is_of(const struct switch_memo *e, int pid, int tid, const uint64_t *word)
{
	return e->n && e->pid == pid && e->tid == tid && !memcmp(e->word, word, sizeof(e->word));
}

void switch_memo_keep(struct switch_memos *m, int pid, int tid, const uint64_t *word,
		      const uint64_t *chain, size_t n)
{
	struct switch_memo *e = &m->memo[slot_of(pid, tid, word)];

	if (!n || n > SWITCH_CHAIN)
		return;
	if (is_of(e, pid, tid, word)) {
		e->is_ambiguous |= e->n != n || memcmp(e->chain, chain, n * sizeof(*chain)) != 0;
		return;
	}
	*e = (struct switch_memo){ .pid = pid, .tid = tid, .n = n };
	memcpy(e->word, word, sizeof(e->word));
	memcpy(e->chain, chain, n * sizeof(*chain));
}

const struct switch_memo *switch_memo_find(const struct switch_memos *m, int pid, int tid,
					   const uint64_t *word)
{
	const struct switch_memo *e = &m->memo[slot_of(pid, tid, word)];

	return is_of(e, pid, tid, word) && !e->is_ambiguous ? e : NULL;
}
