/*
 * Large inputs made from a small real one, the same on every machine.
 *
 *	generate perf BYTES < PERF-SCRIPT
 *		perf script with mostly new stacks: the callers of one sample below
 *		the callees of another, with lines as they were
 *	generate folded STACKS FRAMES < FOLDED
 *		folded stacks with about FRAMES new tree nodes each, and the names
 *		of the input
 *	generate long-names STACKS NAMES
 *		folded stacks of 4 to 18 frames, whose NAMES distinct names are those of
 *		C++ methods, 30 to 60 bytes long
 *	generate windows N PREFIX < FOLDED
 *		N profiles PREFIX0.pb.gz ..., as prof-record --every 10s leaves them: each
 *		with a dictionary of its own, in which addresses have functions, files and
 *		lines
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/format.h"

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
struct script_sample {
	size_t first, n;
};

static void read_samples(struct str text, struct buf *lines, struct buf *samples)
{
	struct script_sample s = { 0 };

	while (text.n) {
		struct str line = str_cut(&text, '\n');

		if (line.n && (line.p[0] == ' ' || line.p[0] == '\t')) {
			buf_put(lines, &line, sizeof(line));
			s.n++;
		} else if (s.n) {
			buf_put(samples, &s, sizeof(s));
			s = (struct script_sample){ BUF_COUNT(lines, line), 0 };
		}
	}
}

static int generate_perf(size_t bytes)
{
	struct buf lines = { 0 }, samples = { 0 };
	size_t written = 0;

	read_samples(read_all(), &lines, &samples);
	for (unsigned long n = 0; written < bytes; n++) {
		const struct script_sample *all = (struct script_sample *)samples.p;
		struct script_sample a = all[pick(BUF_COUNT(&samples, *all))];
		struct script_sample b = all[pick(BUF_COUNT(&samples, *all))];
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

/* Names */

static struct str long_name(struct buf *b, size_t i)
{
	static const char *const words[] = { "Graph",  "Node",   "Visitor", "Parser", "Token",
					     "Stream", "Worker", "Queue",   "Lookup", "Buffer" };

	b->n = 0;
	buf_printf(b, "ns%zu::%s%s<T%zu>::", i % 97, words[i % 10], words[i / 10 % 10], i);
	buf_printf(b, "process%s(Arg%zu)", words[i / 100 % 10], i);
	while (b->n < 30 + i * 7 % 31)
		buf_ch(b, 'x');
	return buf_str(b);
}

static int generate_long_names(size_t stacks, size_t names)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < stacks; i++) {
		size_t depth = 4 + pick(15), at = pick(names);

		for (size_t j = 0; j < depth; j++) {
			if (j)
				putchar(';');
			/* Callers have few callees, as in a program. */
			put(long_name(&b, at));
			at = (at * 31 + pick(4) + 1) % names;
		}
		printf(" %zu\n", 1 + pick(1000));
	}
	buf_release(&b);
	return 0;
}

/* Windows */

/* A function at the address of its `site`-th call, or of a sample in it. */
static loc_id window_frame(struct dictionary *d, map_id map, struct str name, size_t site)
{
	uint32_t at = hash_bytes(name.p, name.n) % 131072; /* the same in all windows */
	struct func f = { .line = at % 1000 + 1 };
	struct loc l = { .map = map, .flags = LOC_ADDR };
	struct buf text = { 0 };

	f.name = dict_intern(d, name);
	buf_printf(&text, "_ZN5clang%u%.*sEv", at, (int)min_size(name.n, 40), name.p);
	f.linkage = dict_intern(d, buf_str(&text));
	text.n = 0;
	buf_printf(&text, "/build/llvm/lib/module%u/source%u.cpp", at % 40, at % 500);
	f.file = dict_intern(d, buf_str(&text));
	buf_release(&text);
	l.func = dict_add_func(d, f);
	l.addr = at * 512 + site * 16;
	l.line = f.line + (uint32_t)site;
	return dict_add_loc(d, l);
}

static void window_sample(struct profile *p, map_id map, struct str line)
{
	ptrdiff_t blank = str_rchr(line, ' ');
	label_set_id labels = { 0 };
	loc_id frame[512];
	sample_id sample;
	size_t n = 0;

	line.n = blank > 0 ? (size_t)blank : 0;
	while (line.n && n < LEN(frame)) {
		struct str name = str_cut(&line, ';'), callee = line;
		size_t site = line.n ? str_cut(&callee, ';').n % 8 : 8 + pick(8);

		frame[n++] = window_frame(p->dict, map, name, site);
	}
	labels = dict_add_text_label(p->dict, labels, S("comm"), S("clang++"));
	labels = dict_add_number_label(p->dict, labels, S("tid"), (int64_t)pick(8));
	sample = profile_add_sample(p, dict_add_stack(p->dict, frame, n), labels);
	profile_add_value(p, 0, sample, 1);
	profile_add_value(p, 1, sample, 10101010);
}

static bool write_window(const char *path, const struct str *line, size_t nline, int64_t number)
{
	struct dictionary d;
	struct out out;
	struct profile p;
	int64_t scale;
	map_id map;

	dict_init(&d);
	profile_init(&p, &d);
	profile_begin(&p);
	p.head.time = (1800000000 + number * 10) * 1000000000;
	p.head.duration = 10000000000;
	profile_column(&p, dict_intern(&d, S("samples")), dict_intern(&d, S("count")), &scale);
	profile_column(&p, dict_intern(&d, S("cpu")), dict_intern(&d, S("nanoseconds")), &scale);
	map = dict_add_mapping(&d, (struct mapping){ .file = dict_intern(&d, S("/usr/bin/clang")),
						     .build_id = dict_intern(&d, S("1f2e3d")),
						     .size = 1 << 26,
						     .start = 0x400000 });
	for (size_t i = 0; i < nline; i++)
		if (pick(10) < 3)
			window_sample(&p, map, line[pick(nline)]);
	if (out_open(&out, path, (struct pack){ PACK_GZIP, 6 }))
		format_pprof.write(&out, &p);
	profile_release(&p);
	dict_release(&d);
	return out_close(&out);
}

static int generate_windows(size_t windows, const char *prefix)
{
	struct buf lines = { 0 };
	struct str text = read_all();
	bool ok = true;

	while (text.n) {
		struct str line = str_cut(&text, '\n');

		buf_put(&lines, &line, sizeof(line));
	}
	for (size_t i = 0; ok && i < windows; i++) {
		struct buf path = { 0 };

		buf_printf(&path, "%s%zu.pb.gz", prefix, i);
		buf_ch(&path, '\0');
		ok = write_window(path.p, (struct str *)lines.p, BUF_COUNT(&lines, struct str),
				  (int64_t)i);
		buf_release(&path);
	}
	buf_release(&lines);
	return ok ? 0 : 2;
}

int main(int argc, char **argv)
{
	uint64_t n, m = 0;

	if (argc >= 3 && strcmp(argv[1], "perf") == 0 && str_size(str_of(argv[2]), &n))
		return generate_perf((size_t)n);
	if (argc == 4 && strcmp(argv[1], "folded") == 0 && str_u64(str_of(argv[2]), &n) &&
	    str_u64(str_of(argv[3]), &m) && m)
		return generate_folded((size_t)n, (size_t)m);
	if (argc == 4 && strcmp(argv[1], "long-names") == 0 && str_u64(str_of(argv[2]), &n) &&
	    str_u64(str_of(argv[3]), &m) && m)
		return generate_long_names((size_t)n, (size_t)m);
	if (argc == 4 && strcmp(argv[1], "windows") == 0 && str_u64(str_of(argv[2]), &n))
		return generate_windows((size_t)n, argv[3]);
	fprintf(stderr, "usage: generate perf BYTES | generate folded STACKS FRAMES |\n"
			"generate long-names STACKS NAMES | generate windows N PREFIX\n");
	return 2;
}
