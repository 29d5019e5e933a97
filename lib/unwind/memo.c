#include "unwind/memo.h"

#include <string.h>

void memo_keep(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t n)
{
	struct memo *of = &m->slot[(unsigned)tid % MEMO_THREADS];

	of->frame = mem_grow(of->frame, &of->cap, n, sizeof(*frame));
	if (n)
		memcpy(of->frame, frame, n * sizeof(*frame));
	of->n = n;
	of->pid = pid;
	of->tid = tid;
}

static bool is_same(const struct memo_frame *a, const struct memo_frame *b)
{
	return a->sp == b->sp && a->address == b->address;
}

const struct memo_frame *memo_find(const struct memos *m, int pid, int tid,
				   const struct memo_frame *frame, size_t n, size_t *more)
{
	const struct memo *of = &m->slot[(unsigned)tid % MEMO_THREADS];
	size_t low = 0, high = of->n;

	if (of->pid != pid || of->tid != tid || n < 2)
		return NULL;
	/* Stack pointers rise: the first frame that lies as high as the last of ours. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (of->frame[middle].sp < frame[n - 1].sp)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || low == of->n || !is_same(&of->frame[low], &frame[n - 1]) ||
	    !is_same(&of->frame[low - 1], &frame[n - 2]))
		return NULL;
	*more = of->n - low - 1;
	return of->frame + low + 1;
}

void memos_release(struct memos *m)
{
	for (size_t i = 0; i < MEMO_THREADS; i++)
		mem_free(m->slot[i].frame, m->slot[i].cap * sizeof(*m->slot[i].frame));
	*m = (struct memos){ 0 };
}
