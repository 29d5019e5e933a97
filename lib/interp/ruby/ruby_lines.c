#include "interp/ruby/ruby_lines.h"

#include "interp/ruby/ruby_walk.h"
#include "io/cursor.h"

enum {
	A_WORD = 9, /* instructions whose sums a word of the table's head holds */
	A_SUM = 7,  /* bits of such a sum */
	A_BLOCK = 512,
	A_RANK = 9, /* bits of a sum within a block */
};

static uint64_t word_at(struct str table, size_t at)
{
	struct cursor c = cursor_over(str_skip(table, min_size(at, table.n)));

	return cursor_int(&c, 8);
}

/* The number of entries that begin in a block, up to one of its bits. */
static unsigned sum_in_block(struct str table, size_t block, unsigned bit)
{
	uint64_t rank = word_at(table, block), ranks = word_at(table, block + 8);
	uint64_t bits = word_at(table, block + 16 + 8 * (bit / 64)) << (63 - bit % 64);
	unsigned word = bit / 64, before = 0;

	if (word)
		before = (unsigned)(ranks >> (word - 1) * A_RANK) & ((1 << A_RANK) - 1);
	return (unsigned)(uint32_t)rank + before + (unsigned)__builtin_popcountll(bits);
}

static unsigned sum_at(struct str table, unsigned instruction)
{
	unsigned n = instruction;

	if (n < RUBY_IMMEDIATE)
		return (unsigned)(word_at(table, 8 * (n / A_WORD)) >> (n % A_WORD) * A_SUM) &
		       ((1 << A_SUM) - 1);
	n -= RUBY_IMMEDIATE;
	return sum_in_block(table, RUBY_TABLE_HEAD + (size_t)(n / A_BLOCK) * RUBY_TABLE_BLOCK,
			    n % A_BLOCK);
}

unsigned ruby_line(struct str lines, size_t entry_size, struct str table, unsigned instruction)
{
	size_t n = entry_size ? lines.n / entry_size : 0, i = 1;
	struct cursor c;
	uint64_t line;

	/* A single entry has no table. */
	if (n > 1 && table.n)
		i = sum_at(table, instruction);
	if (!i || i > n)
		return 0;
	c = cursor_over(str_skip(lines, (i - 1) * entry_size));
	line = cursor_int(&c, 4);
	return line < 1 << 30 ? (unsigned)line : 0;
}
