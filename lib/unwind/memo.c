#include "unwind/memo.h"

#include <string.h>

void memo_keep(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t n)
{
	struct memo *of = &m->slot[(unsigned)tid % MEMO_THREADS];

	of->frame = mem_grow(of->frame, &of->cap, n, sizeof(*frame));
	if (n)
		memcpy(of->frame, frame, n * sizeof(*frame));
	of->forked = of->forked && of->pid == pid && of->tid == tid;
	of->n = n;
	of->pid = pid;
	of->tid = tid;
}

static bool is_same(const struct memo_frame *a, const struct memo_frame *b)
{
	return a->sp == b->sp && a->address == b->address;
}

static bool has_same_words(const struct memo_frame *a, const struct memo_frame *b)
{
	return a->words && a->words == b->words;
}

/* As memo_find(); the words of frames need not be the same. */
static const struct memo_frame *callers_of(const struct memos *m, int pid, int tid,
					   const struct memo_frame *frame, size_t n, size_t *more)
{
	const struct memo *of = &m->slot[(unsigned)tid % MEMO_THREADS];
	size_t low = 0, high = of->n;

	if (of->pid != pid || of->tid != tid || n < 2)
		return NULL;
	/* Stack pointers rise: find the first frame at least as high as the last given one. */
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

const struct memo_frame *memo_find(const struct memos *m, int pid, int tid,
				   const struct memo_frame *frame, size_t n, size_t *more)
{
	const struct memo_frame *f = callers_of(m, pid, tid, frame, n, more);

	if (!f || m->slot[(unsigned)tid % MEMO_THREADS].forked)
		return NULL;
	return has_same_words(f - 2, &frame[n - 2]) ? f : NULL;
}

void memo_compare(struct memos *m, int pid, int tid, const struct memo_frame *frame, size_t known,
		  size_t n)
{
	size_t more;
	const struct memo_frame *f = callers_of(m, pid, tid, frame, known, &more);

	for (size_t i = 0; f && i < more && known + i < n; i++)
		if (!is_same(&f[i], &frame[known + i]))
			m->slot[(unsigned)tid % MEMO_THREADS].forked = true;
}

void memos_release(struct memos *m)
{
	for (size_t i = 0; i < MEMO_THREADS; i++)
		mem_free(m->slot[i].frame, m->slot[i].cap * sizeof(*m->slot[i].frame));
	*m = (struct memos){ 0 };
}
