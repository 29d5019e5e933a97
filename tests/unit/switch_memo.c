/* Callers of goroutines that are remembered, and those that may be another's. */
#include "unwind/switch_memo.h"

#include "tap.h"

static struct switch_memos memos;

int main(void)
{
	static const uint64_t words[SWITCH_WORDS] = { 1, 2, 3 }, deeper[SWITCH_WORDS] = { 1, 2, 4 };
	static const uint64_t chain[] = { 10, 20, 30 }, other[] = { 10, 25, 30 };
	static uint64_t deep[SWITCH_CHAIN + 1];
	const struct switch_memo *m;

	ok(!switch_memo_find(&memos, 5, 6, words), "at first nothing is known");
	switch_memo_keep(&memos, 5, 6, words, chain, 3);
	m = switch_memo_find(&memos, 5, 6, words);
	ok(m && m->n == 3 && m->chain[1] == 20, "then the callers are");
	ok(!switch_memo_find(&memos, 5, 7, words) && !switch_memo_find(&memos, 6, 6, words) &&
		   !switch_memo_find(&memos, 5, 6, deeper),
	   "of that thread, at that depth");
	switch_memo_keep(&memos, 5, 6, words, chain, 3);
	ok(switch_memo_find(&memos, 5, 6, words), "the same again changes nothing");
	switch_memo_keep(&memos, 5, 6, words, other, 3);
	ok(!switch_memo_find(&memos, 5, 6, words), "with others, none is believed");
	switch_memo_keep(&memos, 5, 6, words, chain, 3);
	ok(!switch_memo_find(&memos, 5, 6, words), "for good");
	switch_memo_keep(&memos, 5, 6, deeper, deep, SWITCH_CHAIN + 1);
	switch_memo_keep(&memos, 5, 6, deeper, deep, 0);
	ok(!switch_memo_find(&memos, 5, 6, deeper), "too many are none");
	return done();
}
