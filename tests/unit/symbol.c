/*
 * Names for addresses of real binaries: small programs are compiled in every way that
 * the machine knows, and the answers held against addr2line's, or against those for
 * the same code with its debugging information elsewhere.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "model.h"
#include "object/symtab.h"
#include "scratch.h"
#include "symbol/dwarf/dwarf_file.h"
#include "symbol/kept_bytes.h"
#include "symbol/symbolizer.h"
#include "tap.h"

static bool have(const char *tool)
{
	return run("command -v %s", tool);
}

static void write_file(const char *name, const char *text)
{
	struct buf path = { 0 };
	FILE *f;

	buf_printf(&path, "%s/%s", dir, name);
	buf_ch(&path, '\0');
	f = fopen(path.p, "w");
	if (!f || fputs(text, f) < 0 || fclose(f) < 0)
		abort();
	buf_release(&path);
}

static void read_file(const char *name, struct buf *to)
{
	struct buf path = { 0 };
	size_t n;
	FILE *f;

	buf_printf(&path, "%s/%s", dir, name);
	buf_ch(&path, '\0');
	f = fopen(path.p, "r");
	while (f && (n = fread(buf_room(to, 4096), 1, 4096, f)) > 0)
		to->n += n;
	if (f)
		fclose(f);
	buf_release(&path);
}

static void skipped(const char *name, const char *why)
{
	ok(true, "%s # SKIP %s", name, why);
}

/* Profiles of one mapping, with addresses in it */

struct asked {
	struct profile p;
	map_id map;
	struct buf notes;
	struct symbol_counts counts;
};

/* A profile with the file mapped as by its build id; virtual addresses are asked for. */
static void ask_begin(struct asked *a, const char *file, const char *build_id)
{
	struct buf path = { 0 };
	int64_t scale;

	*a = (struct asked){ 0 };
	model_init(&a->p);
	profile_column(&a->p, dict_intern(a->p.dict, S("cpu")), dict_intern(a->p.dict, S("count")),
		       &scale);
	buf_printf(&path, "%s%s%s", file[0] == '/' ? "" : dir, file[0] == '/' ? "" : "/", file);
	a->map = dict_add_mapping(a->p.dict,
				  (struct mapping){
					  .file = dict_intern(a->p.dict, buf_str(&path)),
					  .build_id = dict_intern(a->p.dict, str_of(build_id)) });
	buf_release(&path);
}

static void ask(struct asked *a, uint64_t addr)
{
	struct loc l = { .map = a->map, .addr = addr, .flags = LOC_ADDR };
	loc_id loc = dict_add_loc(a->p.dict, l);
	stack_id stack = dict_add_stack(a->p.dict, &loc, 1);

	profile_add_value(&a->p, 0, profile_add_sample(&a->p, stack, (label_set_id){ 0 }), 1);
}

static void ask_end(struct asked *a)
{
	model_release(&a->p);
	buf_release(&a->notes);
}

static const struct symbol_options ALL = { .inlines = true,
					   .lines = true,
					   .demangle = DEMANGLE_NONE };

static void answer(struct asked *a, const struct symbol_options *how)
{
	struct symbols *s = symbols_open(how);

	a->counts = symbolize(s, &a->p, &a->notes);
	symbols_close(s);
}

/* All answers in the words of addr2line -a -i -f -s. */
static void print_answers(const struct asked *a, struct buf *to)
{
	for (uint32_t i = 1; i < a->p.sample.n; i++) {
		size_t n;
		const loc_id *frame =
			dict_frames(a->p.dict, profile_sample(&a->p, (sample_id){ i })->stack, &n);

		buf_printf(to, "0x%016llx\n",
			   (unsigned long long)dict_loc(a->p.dict, frame[0])->addr);
		while (n-- > 0) {
			const struct loc *l = dict_loc(a->p.dict, frame[n]);
			const struct func *f = dict_func(a->p.dict, l->func);
			struct str file = str_basename(dict_text(a->p.dict, f->file));

			buf_printf(to, "%.*s\n%.*s:%u\n", STR_ARG(dict_text(a->p.dict, f->name)),
				   STR_ARG(file.n ? file : S("??")), l->line);
		}
	}
}

/* The addresses of our own functions in a program, which its symbols tell. */
static size_t ask_own(struct asked *a, const char *program)
{
	static const char *const own[] = { "main", "three", "four" };
	struct buf path = { 0 };
	struct symtab t;
	struct symbol s;
	const char *why;
	struct elf e;
	size_t n = 0;
	int fd;

	buf_printf(&path, "%s/%s", dir, program);
	buf_ch(&path, '\0');
	fd = open(path.p, O_RDONLY);
	buf_release(&path);
	if (!elf_open(&e, fd, &why))
		abort();
	close(fd);
	symtab_open(&t, &e, NULL, NULL);
	for (size_t i = 0; i < t.spans.n; i++) {
		bool is_own = false;

		symtab_find(&t, t.spans.v[i].start, &s);
		for (size_t j = 0; j < LEN(own); j++)
			is_own |= str_eq(s.name, str_of(own[j])) && !s.plt;
		for (uint32_t j = 0; is_own && j < t.spans.v[i].size; j++, n++)
			ask(a, t.spans.v[i].start + j);
	}
	symtab_close(&t);
	elf_close(&e);
	return n;
}

/* And where functions begin, which addr2line does not say. */
static void print_starts(const struct asked *a, struct buf *to)
{
	const struct dictionary *d = a->p.dict;

	for (uint32_t i = 1; i < d->func.n; i++) {
		const struct func *f = dict_func(d, (func_id){ i });

		buf_printf(to, "%.*s begins at %.*s:%u\n", STR_ARG(dict_text(d, f->name)),
			   STR_ARG(str_basename(dict_text(d, f->file))), f->line);
	}
}

/* What is reported about the code of `like` when it is looked for in `file`. */
static void say(const char *file, const char *like, const char *build_id,
		const struct symbol_options *how, struct buf *to)
{
	struct asked a;

	ask_begin(&a, file, build_id);
	ask_own(&a, like);
	answer(&a, how);
	print_answers(&a, to);
	print_starts(&a, to);
	ask_end(&a);
}

/* Against addr2line */

/* Without " (discriminator 3)", and '?' of an unknown line as 0. */
static void tidy(struct buf *b)
{
	struct str rest = buf_str(b);
	struct buf to = { 0 };

	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		ptrdiff_t more = str_find(line, S(" (discriminator"));

		if (more >= 0)
			line.n = (size_t)more;
		if (str_ends(line, S(":?")))
			line.n--;
		buf_add(&to, line);
		buf_add(&to, str_ends(line, S(":")) ? S("0\n") : S("\n"));
	}
	buf_release(b);
	*b = to;
}

static void test_oracle(const char *cc, const char *flags)
{
	struct buf list = { 0 }, ours = { 0 }, theirs = { 0 };
	struct asked a;
	size_t n;

	if (!have("addr2line") || !run("%s %s -o oracle program.c", cc, flags)) {
		skipped(flags, "needs addr2line, and a compiler that knows this");
		return;
	}
	ask_begin(&a, "oracle", "");
	n = ask_own(&a, "oracle");
	for (uint32_t i = 1; i < a.p.dict->loc.n; i++)
		buf_printf(&list, "%llx\n",
			   (unsigned long long)dict_loc(a.p.dict, (loc_id){ i })->addr);
	buf_ch(&list, '\0');
	write_file("addresses", list.p);
	answer(&a, &ALL);
	print_answers(&a, &ours);
	run("addr2line -a -i -f -s -e oracle <addresses");
	read_file("out", &theirs);
	tidy(&theirs);
	ok(n > 50, "%s %s: %zu addresses", cc, flags, n);
	ok(str_find(buf_str(&ours), S("two\n")) > 0, "with inlined calls");
	is(buf_str(&ours), buf_str(&theirs).n ? (buf_ch(&theirs, '\0'), theirs.p) : "",
	   "%s %s as addr2line has it", cc, flags);
	ask_end(&a);
	buf_release(&list);
	buf_release(&ours);
	buf_release(&theirs);
}

/* Against the same code with its information elsewhere */

static struct buf plain; /* what is reported about the program "plain" */

static void same(const char *name, const char *file, const char *build_id,
		 const struct symbol_options *how)
{
	struct buf got = { 0 };

	say(file, "plain", build_id, how, &got);
	ok(str_eq(buf_str(&got), buf_str(&plain)), "%s", name);
	buf_release(&got);
}

static void test_plain(void)
{
	buf_release(&plain);
	say("plain", "plain", "", &ALL, &plain);
	ok(str_find(buf_str(&plain), S("two\nprogram.c:")) > 0, "inlined calls and lines");
}

/* Too much to be unpacked: there are names, and no lines. */
static void test_limit(const char *file)
{
	struct symbol_options how = ALL;
	struct buf got = { 0 };

	how.most_unpacked = 1000000;
	same("within the limit", file, "", &how);
	how.most_unpacked = 10;
	say(file, "plain", "", &how, &got);
	ok(str_find(buf_str(&got), S("three\n??:0")) > 0, "beyond the limit");
	buf_release(&got);
}

static void test_packed(void)
{
	if (run("cp plain packed && objcopy --compress-debug-sections=zlib packed")) {
		same("sections packed with zlib", "packed", "", &ALL);
		test_limit("packed");
	} else {
		skipped("sections packed with zlib", "objcopy does not");
	}
	if (run("cp plain packed && objcopy --compress-debug-sections=zlib-gnu packed")) {
		same("sections packed the old way", "packed", "", &ALL);
		test_limit("packed");
	} else {
		skipped("sections packed the old way", "objcopy does not");
	}
}

/* What one child has read is there for the next: the answers are the same. */
static void test_kept(void)
{
	struct kept_key key = { .what = DWARF_KEEPS_UNITS };
	struct buf path = { 0 };
	const char *why;
	struct elf e;
	int fd;

	buf_printf(&path, "%s/packed", dir);
	buf_ch(&path, '\0');
	fd = open(path.p, O_RDONLY);
	ok(elf_open(&e, fd, &why), "a file of which something may be kept");
	close(fd);
	key.file = e.identity;
	elf_close(&e);
	kept_bytes_begin();
	ok(!kept_bytes_find(key).p, "at first there is nothing");
	same("a child that keeps what it reads", "packed", "", &ALL);
	ok(kept_bytes_find(key).n > 0, "then there is");
	same("another one finds it", "packed", "", &ALL);
	same("the same of a file that is not packed", "plain", "", &ALL);
	same("which is kept as well", "plain", "", &ALL);
	run("touch packed");
	same("of a file that has changed nothing is known", "packed", "", &ALL);
	ok(!kept_bytes_add(key, str(why = "", (size_t)65 << 20)).p, "there is an end of it");
	kept_bytes_end();
	ok(!kept_bytes_find(key).p, "all is given back");
	buf_release(&path);
}

static void test_dwz(const char *flags)
{
	struct buf got = { 0 };

	if (!have("dwz") ||
	    !run("cp plain one && cp plain two && dwz %s -m shared one two", flags)) {
		skipped("a file that shares with others", "needs dwz");
		return;
	}
	same("a file that shares with others", "one", "", &ALL);
	run("rm shared");
	say("one", "plain", "", &ALL, &got);
	ok(str_find(buf_str(&got), S("three\n")) > 0, "without it functions have names");
	ok(str_find(buf_str(&got), S("\n\n")) < 0, "and nothing has an empty one");
	buf_release(&got);
}

/* Split information: the skeleton in the program, the rest beside it, or in a package. */
static void test_split(const char *cc, const char *version)
{
	struct buf got = { 0 };

	if (!run("rm -f *.dwo *.dwp; %s -O2 -g %s -o plain program.c && "
		 "%s -O2 -g %s -gsplit-dwarf -o split program.c && ls *.dwo",
		 cc, version, cc, version)) {
		skipped("split information", "the compiler cannot make it");
		return;
	}
	test_plain();
	say("split", "split", "", &ALL, &got);
	ok(str_eq(buf_str(&got), buf_str(&plain)), "%s %s -gsplit-dwarf: in a file of its own", cc,
	   version);
	got.n = 0;
	if (run("dwp -e split -o split.dwp || llvm-dwp -e split -o split.dwp")) {
		run("rm -f *.dwo");
		say("split", "split", "", &ALL, &got);
		ok(str_eq(buf_str(&got), buf_str(&plain)), "%s %s -gsplit-dwarf: in a package", cc,
		   version);
	} else {
		skipped("split information in a package", "neither dwp nor llvm-dwp can make it");
	}
	run("rm -f *.dwo *.dwp");
	got.n = 0;
	say("split", "split", "", &ALL, &got);
	ok(str_find(buf_str(&got), S("three\n")) > 0, "without it functions have names");
	buf_release(&got);
}

/* Debug files */

static void build_id_of(const char *program, struct buf *id)
{
	struct buf path = { 0 };
	const char *why;
	struct elf e;
	int fd;

	buf_printf(&path, "%s/%s", dir, program);
	buf_ch(&path, '\0');
	fd = open(path.p, O_RDONLY);
	if (!elf_open(&e, fd, &why))
		abort();
	elf_print_build_id(id, e.build_id);
	buf_ch(id, '\0');
	elf_close(&e);
	close(fd);
	buf_release(&path);
}

static void test_link(void)
{
	struct buf got = { 0 };

	if (!run("gcc -O2 -g -Wl,--build-id=none -o plain program.c && "
		 "objcopy --only-keep-debug plain stripped.debug && "
		 "objcopy --strip-all --add-gnu-debuglink=stripped.debug plain stripped")) {
		skipped("debug links", "needs gcc and objcopy");
		return;
	}
	test_plain();
	same("a debug file beside the program", "stripped", "", &ALL);
	run("mkdir -p .debug && mv stripped.debug .debug/");
	same("in .debug", "stripped", "", &ALL);
	run("echo >>.debug/stripped.debug");
	say("stripped", "plain", "", &ALL, &got);
	ok(str_find(buf_str(&got), S("three\n")) < 0, "not one of another checksum");
	run("rm -rf .debug");
	buf_release(&got);
}

static void test_build_id(void)
{
	struct symbol_options how = ALL;
	struct buf id = { 0 }, dirs = { 0 }, got = { 0 };

	if (!run("gcc -O2 -g -Wl,--build-id -o plain program.c && "
		 "objcopy --only-keep-debug plain debug && objcopy --strip-all plain stripped")) {
		skipped("debug directories", "needs gcc and objcopy");
		return;
	}
	test_plain();
	build_id_of("plain", &id);
	buf_printf(&dirs, "/nowhere:%s/lib", dir);
	buf_ch(&dirs, '\0');
	how.debug_dirs = dirs.p;
	run("mkdir -p lib/.build-id/%.2s && mv debug lib/.build-id/%.2s/%s.debug", id.p, id.p,
	    id.p + 2);
	same("a debug directory, by build id", "stripped", id.p, &how);
	same("the same where none was recorded", "stripped", "", &how);
	say("stripped", "plain", "00112233", &how, &got);
	ok(str_find(buf_str(&got), S("three\n")) < 0, "another build of the program is not used");
	got.n = 0;
	say("gone", "plain", id.p, &how, &got);
	ok(str_find(buf_str(&got), S("three\n")) > 0, "the program is gone, its debug file is not");
	buf_release(&id);
	buf_release(&dirs);
	buf_release(&got);
}

/* MiniDebugInfo: a symbol table in a section, packed with xz. */
static void test_mini(void)
{
	struct buf got = { 0 };

	if (!have("xz") ||
	    !run("gcc -O2 -o plain program.c && objcopy --strip-debug plain mini && xz -kf mini && "
		 "objcopy --strip-all --add-section .gnu_debugdata=mini.xz plain stripped")) {
		skipped("MiniDebugInfo", "needs gcc, objcopy and xz");
		return;
	}
	say("stripped", "plain", "", &ALL, &got);
	ok(str_find(buf_str(&got), S("three\n")) > 0,
	   "MiniDebugInfo has a stripped program's names");
	buf_release(&got);
}

/* What is done to the profile */

static void expect_note(const char *file, const char *build_id, const char *note)
{
	struct symbols *s = symbols_open(&ALL);
	struct asked a;

	for (int i = 0; i < 2; i++) {
		ask_begin(&a, file, build_id);
		ask(&a, 0x1000);
		a.counts = symbolize(s, &a.p, &a.notes);
		if (i == 0)
			ok(str_find(buf_str(&a.notes), str_of(note)) >= 0, "a note: %s", note);
		else
			ok(a.notes.n == 0, "but once");
		ok(a.counts.named == 0 && a.counts.unnamed == 1, "nothing is named");
		ask_end(&a);
	}
	symbols_close(s);
}

/* A C++ function, asked for twice, with lines or without. */
static void check_function(uint64_t addr, bool lines)
{
	struct symbol_options how = { .inlines = lines,
				      .lines = lines,
				      .demangle = DEMANGLE_SIMPLE };
	const struct mapping *m;
	const struct loc *l;
	const struct func *f;
	struct asked a;
	size_t n;

	ask_begin(&a, "plus", "");
	ask(&a, addr);
	ask(&a, addr + 1);
	answer(&a, &how);
	l = dict_loc(a.p.dict,
		     dict_frames(a.p.dict, profile_sample(&a.p, (sample_id){ 1 })->stack, &n)[0]);
	f = dict_func(a.p.dict, l->func);
	m = dict_mapping(a.p.dict, a.map);
	is(dict_text(a.p.dict, f->name), "outer::three", "a name for people");
	is(dict_text(a.p.dict, f->linkage), "_ZN5outer5threeEi", "and the linker's");
	ok((l->line > 0) == lines, "lines as asked for");
	ok(!(l->flags & LOC_INLINED), "it is not inlined");
	ok(m->flags & MAP_FUNCTIONS && !!(m->flags & MAP_LINES) == lines,
	   "the mapping says what is known");
	ok(a.counts.named == 2 && !a.counts.unnamed && a.counts.files == 1 && !a.counts.missing,
	   "counted");
	ask_end(&a);
}

static void test_profile(void)
{
	struct buf at = { 0 };
	uint64_t addr = 0;

	if (!run("g++ -O2 -g -o plus plus.cc && nm plus | sed -n 's/ T _ZN5outer5three.*//p' >at")) {
		skipped("C++", "needs g++ and nm");
		return;
	}
	read_file("at", &at);
	str_hex(str_trim(str(at.p, at.n - 1)), &addr);
	check_function(addr, false);
	check_function(addr, true);
	buf_release(&at);
}

static void test_table(void)
{
	size_t n = 0;

	for (const struct symbolizer *a; (a = symbolizer_at(n)); n++) {
		ok(a->help && a->handles && a->open && a->find && a->close, "%s is complete",
		   a->name);
		for (size_t i = 0; i < n; i++)
			ok(strcmp(symbolizer_at(i)->name, a->name) != 0, "and not %s",
			   symbolizer_at(i)->name);
	}
	ok(n == 6, "%zu symbolizers", n);
}

/* What a round leaves open serves the next one, and what is unused is closed. */
static void test_rounds(void)
{
	struct symbols *s = symbols_open(&ALL);
	struct buf text = { 0 };
	bool all_same = true;

	run("gcc -O2 -g -o plain program.c");
	test_plain();
	for (int i = 0; i < 20; i++) {
		struct asked a;

		ask_begin(&a, i % 8 < 2 ? "plain" : "/nowhere/else", "");
		ask_own(&a, "plain");
		a.counts = symbolize(s, &a.p, &a.notes);
		text.n = 0;
		print_answers(&a, &text);
		print_starts(&a, &text);
		all_same &= i % 8 >= 2 || str_eq(buf_str(&text), buf_str(&plain));
		all_same &= a.counts.missing == (i % 8 >= 2);
		ask_end(&a);
	}
	ok(all_same, "round after round");
	symbols_close(s);
	buf_release(&text);
}

static void test_go(void)
{
	struct buf first = { 0 }, got = { 0 };
	struct asked a;

	if (!have("go") ||
	    !run("HOME=$PWD GOFLAGS=-mod=mod GO111MODULE=off go build -o goes go.go "
		 "&& HOME=$PWD GO111MODULE=off go build -ldflags='-s -w' -o bare go.go "
		 "&& go tool nm goes | sed -n 's/ T main.work$//p' | tr -d ' ' >at")) {
		skipped("Go", "needs go");
		return;
	}
	read_file("at", &first);
	for (int i = 0; i < 2; i++) {
		uint64_t addr = 0;

		str_hex(str_trim(str(first.p, first.n - 1)), &addr);
		ask_begin(&a, i ? "bare" : "goes", "");
		for (uint64_t j = 0; j < 100; j++)
			ask(&a, addr + j);
		answer(&a, &ALL);
		got.n = 0;
		print_answers(&a, &got);
		ok(str_find(buf_str(&got), S("main.work\ngo.go:")) > 0, "Go: a function's lines");
		ok(str_find(buf_str(&got), S("main.inner\ngo.go:")) > 0, "Go: an inlined call%s",
		   i ? " in a stripped program" : "");
		ask_end(&a);
	}
	buf_release(&first);
	buf_release(&got);
}

/* The programs */

static const char program[] = "static inline __attribute__((always_inline)) int one(int x)\n"
			      "{\n\treturn x * 3 + 1;\n}\n"
			      "static inline __attribute__((always_inline)) int two(int x)\n"
			      "{\n\treturn x > 5 ? one(x) : one(x + 2) * 2;\n}\n"
			      "__attribute__((noinline)) int three(int x)\n"
			      "{\n\tfor (int i = 0; i < x; i++)\n\t\tx += two(i);\n\treturn x;\n}\n"
			      "__attribute__((noinline)) int four(volatile int *x)\n"
			      "{\n\treturn *x + two(*x);\n}\n"
			      "int main(int argc, char **argv)\n"
			      "{\n\treturn three(argc) + four(&argc) + !argv;\n}\n";
static const char plus[] = "namespace outer { __attribute__((noinline)) int three(int x)\n"
			   "{ return x * 3; } }\n"
			   "int main(int argc, char **) { return outer::three(argc); }\n";
static const char go[] = "package main\n"
			 "import \"os\"\n"
			 "func inner(x int) int { return x*3 + len(os.Args) }\n"
			 "//go:noinline\n"
			 "func work(x int) int {\n\tfor i := 0; i < 10; i++ {\n"
			 "\t\tx += inner(i)\n\t}\n\treturn x\n}\n"
			 "func main() { os.Exit(work(3)) }\n";

int main(void)
{
	static const char *const flags[] = {
		"-O2 -g -gdwarf-2", "-O2 -g -gdwarf-4", "-O2 -g -gdwarf-5", "-O0 -g -static",
		"-O2 -g -no-pie -ffunction-sections -Wl,--gc-sections"
	};

	if (!mkdtemp(dir))
		abort();
	write_file("program.c", program);
	write_file("plus.cc", plus);
	write_file("go.go", go);
	for (size_t i = 0; i < LEN(flags); i++)
		test_oracle("gcc", flags[i]);
	test_oracle("clang", "-O2 -g -gdwarf-4");
	if (run("gcc -O2 -g -o plain program.c")) {
		test_plain();
		test_packed();
		test_kept();
		test_dwz("");
		test_dwz("-5");
	}
	test_split("gcc", "-gdwarf-4");
	test_split("gcc", "-gdwarf-5");
	test_split("clang", "-gdwarf-4");
	test_split("clang", "-gdwarf-5");
	test_link();
	test_build_id();
	test_mini();
	expect_note("plain", "0123456789", "is another build than the one that was recorded");
	test_table();
	test_profile();
	test_rounds();
	test_go();
	buf_release(&plain);
	run("rm -rf %s", dir);
	return done();
}
