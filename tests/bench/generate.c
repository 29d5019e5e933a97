/*
 * Large inputs made from a small real one, the same on every machine.
 *
 *	generate perf BYTES < PERF-SCRIPT
 *		perf script with mostly new stacks: the callers of one sample below
 *		the callees of another, with lines as they were
 *	generate folded STACKS FRAMES < FOLDED
 *		folded stacks with about FRAMES new tree nodes each, and the names
 *		of the input
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static uint64_t seed = 88172645463325252;

static uint64_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static size_t pick(size_t n)
{
	return (size_t)(random_number() % n);
}

static struct str read_all(void)
{
	static struct buf b;
	size_t n;

	while ((n = fread(buf_room(&b, 1 << 16), 1, 1 << 16, stdin)) > 0)
		b.n += n;
	return buf_str(&b);
}

static void put(struct str s)
{
	fwrite(s.p, 1, s.n, stdout);
}

/* A sample: its lines without the event's, leaf first. */
struct sample {
	size_t first, n;
};

static void read_samples(struct str text, struct buf *lines, struct buf *samples)
{
	struct sample s = { 0 };

	while (text.n) {
		struct str line = str_cut(&text, '\n');

		if (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
			buf_put(lines, &line, sizeof(line));
			s.n++;
		} else if (s.n) {
			buf_put(samples, &s, sizeof(s));
			s = (struct sample){ BUF_COUNT(lines, line), 0 };
		}
	}
}

static int generate_perf(size_t bytes)
{
	struct buf lines = { 0 }, samples = { 0 };
	size_t written = 0;

	read_samples(read_all(), &lines, &samples);
	for (unsigned long n = 0; written < bytes; n++) {
		const struct sample *all = (struct sample *)samples.p;
		struct sample a = all[pick(BUF_COUNT(&samples, *all))];
		struct sample b = all[pick(BUF_COUNT(&samples, *all))];
		size_t callees = 1 + pick(a.n), callers = b.n - pick(b.n);

		written += (size_t)
			printf("clang++-14 21398 [%03lu] %lu.%06lu:    1003009 cpu-clock: \n",
			       n % 4, 4920 + n / 1000, n % 1000 * 1000);
		for (size_t i = 0; i < callees + callers; i++) {
			size_t at = i < callees ? a.first + i :
						  b.first + b.n - callers + i - callees;
			struct str line = ((struct str *)lines.p)[at];

			put(line);
			putchar('\n');
			written += line.n + 1;
		}
		putchar('\n');
		written++;
	}
	return 0;
}

static void read_names(struct str text, struct buf *names)
{
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		ptrdiff_t blank = str_rchr(line, ' ');

		if (blank > 0)
			line.n = (size_t)blank;
		while (line.n) {
			struct str name = str_cut(&line, ';');

			buf_put(names, &name, sizeof(name));
		}
	}
}

/* A walk through the tree: go up a little, then down along new frames. */
static int generate_folded(size_t stacks, size_t frames)
{
	struct buf names = { 0 };
	struct str stack[64];
	size_t depth = 0;

	read_names(read_all(), &names);
	for (size_t i = 0; i < stacks; i++) {
		size_t new = 1 + pick(2 * frames - 1), most = LEN(stack) / 4 + pick(LEN(stack) / 4);

		depth = pick(10) ? depth - min_size(depth, pick(2 * frames)) : pick(depth + 1);
		depth = min_size(depth, most - min_size(most, new));
		for (; new --; depth++)
			stack[depth] = ((struct str *)names.p)[pick(BUF_COUNT(&names, *stack))];
		for (size_t j = 0; j < depth; j++) {
			if (j)
				putchar(';');
			put(stack[j]);
		}
		printf(" %zu\n", 1 + pick(1000));
	}
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t n, m = 0;

	if (argc >= 3 && strcmp(argv[1], "perf") == 0 && str_size(str_of(argv[2]), &n))
		return generate_perf((size_t)n);
	if (argc == 4 && strcmp(argv[1], "folded") == 0 && str_u64(str_of(argv[2]), &n) &&
	    str_u64(str_of(argv[3]), &m) && m)
		return generate_folded((size_t)n, (size_t)m);
	fprintf(stderr, "usage: generate perf BYTES | generate folded STACKS FRAMES\n");
	return 2;
}
