#include "unwind/memo.h"

#include "tap.h"

static const struct memo_frame stack[] = {
	{ 0x10, 100, 1 }, { 0x20, 200, 2 }, { 0x30, 300, 3 },
	{ 0x40, 300, 4 }, { 0x50, 400, 5 }, { 0x60, 500, 0 },
};

static struct memos memos;

/* How many frames are remembered behind two; -1 when they are not known. */
static int more(int pid, int tid, struct memo_frame a, struct memo_frame b)
{
	const struct memo_frame cut[] = { { 0x99, 10, 9 }, a, b };
	size_t n;

	return memo_find(&memos, pid, tid, cut, 3, &n) ? (int)n : -1;
}

int main(void)
{
	static const struct memo_frame other[] = { { 0x10, 100, 1 },
						   { 0x20, 200, 2 },
						   { 0x30, 300, 3 },
						   { 0x41, 300, 4 },
						   { 0x51, 400, 5 } };
	size_t n;

	ok(more(1, 1, stack[1], stack[2]) == -1, "nothing is known at first");
	memo_keep(&memos, 1, 2, stack, LEN(stack));
	ok(more(1, 2, stack[1], stack[2]) == 3, "two frames that are the same");
	ok(memo_find(&memos, 1, 2, stack, 2, &n)->address == 0x30, "what called them is next");
	ok(more(1, 2, stack[4], stack[5]) == 0, "nothing called the outermost");
	ok(more(1, 2, stack[0], stack[2]) == -1, "only one is the same");
	ok(more(1, 2, stack[1], (struct memo_frame){ 0x31, 300, 3 }) == -1, "another call");
	ok(more(1, 2, stack[1], (struct memo_frame){ 0x30, 308, 3 }) == -1, "in another place");
	ok(more(1, 2, stack[5], (struct memo_frame){ 0x70, 900, 7 }) == -1, "beyond the end");
	ok(more(1, 2, stack[5], stack[0]) == -1, "the first has no callee");
	ok(more(3, 2, stack[1], stack[2]) == -1, "another process");
	ok(more(1, 2 + MEMO_THREADS, stack[1], stack[2]) == -1, "another thread");
	ok(!memo_find(&memos, 1, 2, stack, 1, &n), "a single frame is too little");
	ok(more(1, 2, (struct memo_frame){ 0x20, 200, 22 }, stack[2]) == -1,
	   "the same frames, with other words on the stack");
	ok(more(1, 2, (struct memo_frame){ 0x20, 200, 0 }, stack[2]) == -1, "with words not known");

	memo_compare(&memos, 1, 2, stack, 3, LEN(stack));
	ok(more(1, 2, stack[1], stack[2]) == 3, "memory agrees");
	memo_compare(&memos, 1, 2, other, 3, LEN(other));
	ok(more(1, 2, stack[1], stack[2]) == -1, "memory has another caller");
	memo_keep(&memos, 1, 2, stack, LEN(stack));
	ok(more(1, 2, stack[1], stack[2]) == -1, "and so the thread is not believed any more");
	memo_keep(&memos, 3, 2, stack, LEN(stack));
	ok(more(3, 2, stack[1], stack[2]) == 3, "another process's is");
	memo_keep(&memos, 1, 2, stack, LEN(stack));

	memo_keep(&memos, 1, 2 + MEMO_THREADS, stack, 2);
	ok(more(1, 2, stack[1], stack[2]) == -1, "the latest of too many threads is kept");
	memo_keep(&memos, 1, 2, stack, 0);
	ok(more(1, 2, stack[1], stack[2]) == -1, "an empty stack");
	memos_release(&memos);
	return done();
}
