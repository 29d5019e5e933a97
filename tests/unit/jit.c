/* What JIT compilers and the kernel write about their code: perf maps, jitdumps, kallsyms. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "object/jitdump.h"
#include "object/perfmap.h"
#include "symbol/kallsyms.h"
#include "symbol/symbolizer.h"
#include "tap.h"

static int scratch(void)
{
	char path[] = "/tmp/prof-jit-XXXXXX";
	int fd = mkstemp(path);

	unlink(path);
	return fd;
}

static void append(int fd, struct str s)
{
	if (pwrite(fd, s.p, s.n, lseek(fd, 0, SEEK_END)) != (ssize_t)s.n)
		abort();
}

/* Perf maps */

static struct str in_map(const struct perfmap *m, uint64_t address)
{
	struct str name = S("-");

	perfmap_find(m, address, &name);
	return name;
}

static void test_lines(void)
{
	struct perfmap m = { 0 };
	int fd = scratch();

	append(fd, S("1000 100 one\n2000 0x10 two words; and more\r\n0x3000 10 three\n"
		     "nonsense\n4000 zz bad\n5000 10\n6000 0 nothing\nfffffffffffffff0 100 top\n"));
	ok(perfmap_refresh(&m, fd), "a map is read");
	is(in_map(&m, 0x0fff), "-", "before the first");
	is(in_map(&m, 0x1000), "one", "its first byte");
	is(in_map(&m, 0x10ff), "one", "its last byte");
	is(in_map(&m, 0x1100), "-", "behind it");
	is(in_map(&m, 0x2008), "two words; and more", "names have blanks, lines may end in CR LF");
	is(in_map(&m, 0x3000), "three", "numbers may begin with 0x");
	is(in_map(&m, 0x4000), "-", "a line without a size is passed over");
	is(in_map(&m, 0x6000), "-", "code of no size is nowhere");
	is(in_map(&m, 0xfffffffffffffff8), "top", "the end of the address space");
	perfmap_release(&m);
	close(fd);
}

static void test_overlap(void)
{
	struct perfmap m = { 0 };
	int fd = scratch();

	append(fd, S("1000 100 old\n1040 20 inner\n10f0 20 across\n"));
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x1000), "old", "before code that came later");
	is(in_map(&m, 0x1050), "inner", "the later line has it");
	is(in_map(&m, 0x1060), "old", "and the rest stays");
	is(in_map(&m, 0x10ff), "across", "code over the end of other code");
	append(fd, S("1000 48 newest\n"));
	ok(perfmap_refresh(&m, fd), "the file grew");
	is(in_map(&m, 0x1047), "newest", "what was appended lies over it all");
	is(in_map(&m, 0x1048), "inner", "as far as it goes");
	perfmap_release(&m);
	close(fd);
}

static void test_growing(void)
{
	struct perfmap m = { 0 };
	int fd = scratch();

	append(fd, S("1000 10 whole\n2000 10 to"));
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x2000), "-", "half a line is no line");
	append(fd, S("rn\n"));
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x2000), "torn", "until its end comes");
	ok(!perfmap_refresh(&m, fd), "nothing came in");
	if (ftruncate(fd, 0) < 0)
		abort();
	append(fd, S("3000 10 again\n"));
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x3000), "again", "a file that is shorter now is read from the start");
	is(in_map(&m, 0x1000), "-", "and what was in it is gone");
	ok(!perfmap_refresh(&m, -1), "no file");
	is(in_map(&m, 0x3000), "again", "leaves what is known");
	perfmap_release(&m);
	close(fd);
}

/* Code is replaced again and again: names of what is gone do not pile up. */
static void test_replaced(void)
{
	enum { ROUNDS = 300, LINES = 1000 };
	struct perfmap m = { 0 };
	struct buf text = { 0 };
	int fd = scratch();

	for (int round = 0; round < ROUNDS; round++) {
		text.n = 0;
		for (int i = 0; i < LINES; i++)
			buf_printf(&text, "%x 10 a function with a longish name, round %d, %d\n",
				   0x10000 + 16 * i, round, i);
		append(fd, buf_str(&text));
		perfmap_refresh(&m, fd);
	}
	is(in_map(&m, 0x10000 + 16 * 77), "a function with a longish name, round 299, 77",
	   "the last of many rounds");
	ok(m.names.cap < 1 << 20, "%zu bytes of names are kept of %d rounds", m.names.cap, ROUNDS);
	ok(m.settled.n <= LINES + 1, "and %zu spans", m.settled.n);
	perfmap_release(&m);
	buf_release(&text);
	close(fd);
}

/* A map that is too large is read in part, and a note says so. */
static void test_too_large(void)
{
	struct symbol_options how = { .debug_dirs = "/nonexistent" };
	struct symbol_file file = { .name = S("/tmp/perf-7.map"), .options = &how };
	struct buf text = { 0 }, note = { 0 }, frames = { 0 };
	struct symbol_place at = { .absolute = 0x10000 };
	void *map;

	for (int i = 0; i < 1200000; i++)
		buf_printf(&text, "%x 10 f%d\n", 0x10000 + 16 * i, i);
	file.fd = scratch();
	append(file.fd, buf_str(&text));
	map = symbolizer_perfmap.open(&file, &note);
	ok(str_starts(buf_str(&note), S("/tmp/perf-7.map is too large: of ")),
	   "a map that is too large: %.*s", (int)note.n, note.p);
	ok(symbolizer_perfmap.find(map, at, &frames), "its beginning has names");
	symbolizer_perfmap.close(map);
	close(file.fd);
	buf_release(&text);
	buf_release(&note);
	buf_release(&frames);
}

/* Written anew, and longer than before: what was at the old end now is in the middle. */
static void test_rewritten(void)
{
	struct perfmap m = { 0 };
	int fd = scratch();

	append(fd, S("1000 10 first\n2000 10 second\n"));
	perfmap_refresh(&m, fd);
	if (ftruncate(fd, 0) < 0)
		abort();
	append(fd, S("1000 10 other\n3000 10 another one\n4000 10 and one more\n"));
	ok(perfmap_refresh(&m, fd), "a map that was written anew and is longer");
	is(in_map(&m, 0x1000), "other", "is read from the start");
	is(in_map(&m, 0x2000), "-", "and what was in it is gone");
	if (pwrite(fd, "1000 10 third", 13, 0) != 13)
		abort();
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x1000), "third", "one of the same size, too");
	perfmap_release(&m);
	close(fd);
}

/* Code with a long name that other code cuts into very many pieces. */
static void test_cut_up(void)
{
	enum { PIECES = 100000 };
	struct perfmap m = { 0 };
	struct buf text = { 0 };
	int fd = scratch();

	buf_add(&text, S("10000000 10000000 "));
	for (int i = 0; i < 4000; i++)
		buf_ch(&text, 'x');
	buf_ch(&text, '\n');
	for (int i = 0; i < PIECES; i++)
		buf_printf(&text, "%x 1 b\n", 0x10000000 + 2 * i);
	append(fd, buf_str(&text));
	perfmap_refresh(&m, fd);
	ok(in_map(&m, 0x10000001).n == 4000, "code in pieces keeps its name");
	is(in_map(&m, 0x10000000), "b", "and what cut it has its own");
	ok(m.names.cap < 8 << 20, "%zu KB of names", m.names.cap >> 10);
	perfmap_release(&m);
	buf_release(&text);
	close(fd);
}

static void test_long_line(void)
{
	struct perfmap m = { 0 };
	struct buf text = { 0 };
	int fd = scratch();

	buf_add(&text, S("1000 10 "));
	for (int i = 0; i < 200000; i++)
		buf_ch(&text, 'x');
	buf_add(&text, S("\n2000 10 after\n"));
	append(fd, buf_str(&text));
	perfmap_refresh(&m, fd);
	is(in_map(&m, 0x2000), "after", "a line that is far too long is passed over");
	perfmap_release(&m);
	buf_release(&text);
	close(fd);
}

/* Jitdumps */

static void put(struct buf *b, uint64_t v, size_t size)
{
	buf_put(b, &v, size);
}

static void start_dump(struct buf *b, uint64_t flags)
{
	put(b, 0x4a695444, 4);
	put(b, 1, 4);
	put(b, 40, 4);
	put(b, 62, 4);
	put(b, 0, 4);
	put(b, 1, 4); /* pid */
	put(b, 0, 8);
	put(b, flags, 8);
}

static void put_record(struct buf *b, uint32_t id, uint64_t time, struct str body)
{
	put(b, id, 4);
	put(b, 16 + body.n, 4);
	put(b, time, 8);
	buf_add(b, body);
}

static void put_load(struct buf *b, uint64_t time, uint64_t at, uint64_t size, const char *name)
{
	struct buf body = { 0 };

	put(&body, 0x200000001, 8); /* pid, tid */
	put(&body, at, 8);
	put(&body, at, 8);
	put(&body, size, 8);
	put(&body, 0, 8);
	buf_put(&body, name, strlen(name) + 1);
	for (uint64_t i = 0; i < size; i++)
		buf_ch(&body, '\xcc');
	put_record(b, 0, time, buf_str(&body));
	buf_release(&body);
}

static void put_move(struct buf *b, uint64_t time, uint64_t from, uint64_t to, uint64_t size)
{
	struct buf body = { 0 };

	put(&body, 0x200000001, 8);
	put(&body, to, 8);
	put(&body, from, 8);
	put(&body, to, 8);
	put(&body, size, 8);
	put(&body, 0, 8);
	put_record(b, 1, time, buf_str(&body));
	buf_release(&body);
}

static void put_lines(struct buf *b, uint64_t at)
{
	struct buf body = { 0 };

	put(&body, at, 8);
	put(&body, 2, 8);
	put(&body, at, 8);
	put(&body, 10, 8); /* line, column */
	buf_put(&body, "a.js", 5);
	put(&body, at + 8, 8);
	put(&body, 12, 8);
	buf_put(&body, "\xff", 2);
	put_record(b, 2, 0, buf_str(&body));
	buf_release(&body);
}

static struct jit_symbol in_dump(const struct jitdump *j, uint64_t address, uint64_t time)
{
	struct jit_symbol s = { .name = S("-"), .file = S("") };

	jitdump_find(j, address, time, &s);
	return s;
}

static void test_times(void)
{
	struct jitdump j = { 0 };
	struct buf b = { 0 };
	int fd = scratch();

	start_dump(&b, 0);
	put_load(&b, 100, 0x1000, 0x40, "first");
	put_load(&b, 200, 0x1000, 0x20, "second");
	put_load(&b, 300, 0x8000, 0x10, "far");
	put_move(&b, 400, 0x8000, 0x9000, 0x10);
	append(fd, buf_str(&b));
	ok(jitdump_feed(&j, fd), "a dump is read");
	is(in_dump(&j, 0x1010, 99).name, "-", "before it was there");
	is(in_dump(&j, 0x1010, 100).name, "first", "when it came");
	is(in_dump(&j, 0x1010, 199).name, "first", "until other code came");
	is(in_dump(&j, 0x1010, 200).name, "second", "in its place");
	is(in_dump(&j, 0x1030, 500).name, "first", "but not in all of it");
	is(in_dump(&j, 0x8008, 399).name, "far", "before it was moved");
	is(in_dump(&j, 0x8008, 400).name, "-", "after that");
	is(in_dump(&j, 0x9008, 400).name, "far", "it is elsewhere");
	is(in_dump(&j, 0x9008, UINT64_MAX).name, "far", "now");
	is(in_dump(&j, 0x1040, UINT64_MAX).name, "-", "behind all code");
	jitdump_release(&j);
	buf_release(&b);
	close(fd);
}

static void test_feeding(void)
{
	struct jitdump j = { 0 };
	struct buf b = { 0 };
	int fd = scratch();

	start_dump(&b, 0);
	put_lines(&b, 0x2000);
	put_load(&b, 1, 0x2000, 0x10, "js:f");
	put_load(&b, 2, 0x1000, 0x10, "js:g");
	for (size_t i = 0; i < b.n; i++) { /* byte by byte */
		append(fd, str(b.p + i, 1));
		jitdump_feed(&j, fd);
	}
	is(in_dump(&j, 0x2007, 5).name, "js:f", "fed byte by byte");
	is(in_dump(&j, 0x1007, 5).name, "js:g", "in any order of addresses");
	is(in_dump(&j, 0x2007, 5).file, "a.js", "its file");
	ok(in_dump(&j, 0x2007, 5).line == 10, "and line");
	ok(in_dump(&j, 0x2008, 5).line == 12, "a line further on");
	is(in_dump(&j, 0x2008, 5).file, "a.js", "in the same file");
	ok(in_dump(&j, 0x1000, 5).line == 0, "lines are of one function only");
	b.n = 0;
	put_record(&b, 77, 0, S("what is not known"));
	put_load(&b, 3, 0x3000, 0x10, "h");
	put_record(&b, 3, 4, S(""));
	put_load(&b, 5, 0x4000, 0x10, "late");
	append(fd, buf_str(&b));
	jitdump_feed(&j, fd);
	is(in_dump(&j, 0x3000, 5).name, "h", "records of other kinds are passed over");
	is(in_dump(&j, 0x4000, 5).name, "-", "behind the end there is nothing");
	jitdump_release(&j);
	buf_release(&b);
	close(fd);
}

static void test_names(void)
{
	struct jitdump j = { 0 };
	struct buf b = { 0 }, name = { 0 };
	struct str got;
	int fd = scratch();

	for (int i = 0; i < 1000; i++)
		buf_printf(&name, "LongName%d;", i);
	buf_ch(&name, '\0');
	start_dump(&b, 0);
	put_load(&b, 100, 0x1000, 0x40, name.p);
	put_load(&b, 100, 0x2000, 0x40, "short");
	append(fd, buf_str(&b));
	jitdump_feed(&j, fd);
	got = in_dump(&j, 0x1010, 200).name;
	ok(got.n == 4096 && str_starts(buf_str(&name), got), "of a long name, 4096 bytes: %zu",
	   got.n);
	is(in_dump(&j, 0x2010, 200).name, "short", "and what follows it");

	/* The same file, written again from its beginning. */
	b.n = 0;
	start_dump(&b, 0);
	put_load(&b, 300, 0x3000, 0x40, "again");
	if (ftruncate(fd, 0) < 0)
		abort();
	append(fd, buf_str(&b));
	jitdump_feed(&j, fd);
	is(in_dump(&j, 0x3010, 400).name, "again", "a dump that was written again");
	is(in_dump(&j, 0x2010, 400).name, "-", "without what it had before");
	b.n = 0;
	start_dump(&b, 0);
	put_load(&b, 500, 0x4000, 0x40, "a longer name");
	put_load(&b, 600, 0x5000, 0x40, "and one more");
	if (ftruncate(fd, 0) < 0)
		abort();
	append(fd, buf_str(&b));
	jitdump_feed(&j, fd);
	is(in_dump(&j, 0x4010, 700).name, "a longer name", "one that is longer than before");
	is(in_dump(&j, 0x3010, 700).name, "-", "has nothing of it, either");
	jitdump_release(&j);
	buf_release(&b);
	buf_release(&name);
	close(fd);
}

static void test_hostile(void)
{
	struct jitdump j = { 0 };
	struct buf b = { 0 };
	int fd = scratch();

	append(fd, S("this is no jitdump, and long enough to be one"));
	jitdump_feed(&j, fd);
	ok(j.ended, "another file is not read");
	jitdump_release(&j);
	if (ftruncate(fd, 0) < 0)
		abort();
	start_dump(&b, 1);
	put_load(&b, 1ull << 60, 0x1000, 0x10, "f");
	put_record(&b, 1, 0, S("short"));
	put_load(&b, 0, UINT64_MAX - 8, 0x10, "over the end");
	put(&b, 0, 8); /* a record of size 0 */
	put_load(&b, 0, 0x5000, 0x10, "behind nonsense");
	append(fd, buf_str(&b));
	jitdump_feed(&j, fd);
	is(in_dump(&j, 0x1000, 5).name, "f", "times of another clock do not count");
	is(in_dump(&j, UINT64_MAX - 4, 5).name, "-", "code ends where addresses do");
	is(in_dump(&j, 0x5000, 5).name, "-", "behind nonsense nothing is read");
	jitdump_release(&j);
	buf_release(&b);
	close(fd);
}

/* Kallsyms */

static void expect(const struct kallsyms *k, uint64_t address, const char *name, const char *module)
{
	struct str is_name = S("-"), is_module = S("");

	kallsyms_find(k, address, &is_name, &is_module);
	is(is_name, name, "%llx is %s", (unsigned long long)address, name);
	is(is_module, module, "its module is '%s'", module);
}

static void test_kallsyms(void)
{
	struct kallsyms k;
	int fd = scratch();

	append(fd, S("ffffffff81000000 T _stext\n"
		     "ffffffff81000000 T __pfx_x\n"
		     "ffffffff81000400 t __do_work\n"
		     "ffffffff81000400 T do_work\n"
		     "ffffffff81000500 D some_data\n"
		     "ffffffff81000600 t last\n"
		     "not a line\n"
		     "ffffffffc0200040 t ext4_sync\t[ext4]\n"
		     "ffffffffc0100000 t bpf_prog_1_f\t[bpf]\n"));
	lseek(fd, 0, SEEK_SET);
	kallsyms_read(&k, fd);
	ok(!k.hidden, "addresses are shown");
	expect(&k, 0xffffffff80ffffff, "-", "");
	expect(&k, 0xffffffff81000010, "_stext", "");
	expect(&k, 0xffffffff81000450, "do_work", "");
	expect(&k, 0xffffffff81000550, "do_work", "");
	expect(&k, 0xffffffff81000650, "last", "");
	expect(&k, 0xffffffff91000650, "-", "");
	expect(&k, 0xffffffffc0100000, "bpf_prog_1_f", "[bpf]");
	expect(&k, 0xffffffffc0200050, "ext4_sync", "[ext4]");
	expect(&k, 0xffffffffc0300050, "-", "");
	kallsyms_release(&k);
	if (ftruncate(fd, 0) < 0)
		abort();
	append(fd, S("0000000000000000 T _stext\n0000000000000000 t f\t[ext4]\n"));
	lseek(fd, 0, SEEK_SET);
	kallsyms_read(&k, fd);
	ok(k.hidden, "addresses that are all 0 are hidden");
	kallsyms_release(&k);
	close(fd);
}

static void test_real_kallsyms(void)
{
	struct kallsyms k;
	struct str name, module;
	int fd = open("/proc/kallsyms", O_RDONLY);

	kallsyms_read(&k, fd);
	if (k.hidden)
		ok(true, "the kernel's own # SKIP hidden from this user");
	else
		ok(k.spans.n > 1000 && kallsyms_find(&k, k.spans.v[5].start, &name, &module),
		   "the kernel's own: %zu functions", k.spans.n);
	kallsyms_release(&k);
	close(fd);
}

int main(void)
{
	test_lines();
	test_overlap();
	test_growing();
	test_replaced();
	test_too_large();
	test_rewritten();
	test_cut_up();
	test_long_line();
	test_times();
	test_feeding();
	test_names();
	test_hostile();
	test_kallsyms();
	test_real_kallsyms();
	return done();
}
