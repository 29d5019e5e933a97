/*
 * Naming in a child: what a child that was taken over may say, when a child is forked at
 * all, and what files that crash or exhaust it cost.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"
#include "scratch.h"
#include "symbol/name_table.h"
#include "symbol/naming/naming.h"
#include "tap.h"

/* What a child may say */

static void write_answer(struct buf *to, uint32_t place, uint32_t n, struct str name)
{
	struct named_frame f = { .name = name, .line = 7 };

	naming_answer_write(to, place, n);
	for (uint32_t i = 0; i < n && i < 8; i++)
		naming_frame_write(to, &f);
}

static bool is_valid(const struct buf *b, uint32_t nplace)
{
	uint32_t next = 0;

	return naming_frames_valid(buf_str(b), nplace, &next);
}

static void test_answers(void)
{
	struct buf b = { 0 }, large = { 0 };
	bool cut_fails = true;

	write_answer(&b, 0, 2, S("f"));
	write_answer(&b, 3, 1, S("g"));
	ok(is_valid(&b, 4), "two answers");
	ok(!is_valid(&b, 3), "to a question that was not asked");
	for (size_t n = 1; n < b.n; n++) {
		struct buf cut = { b.p, n, n };
		struct named_frame f;
		struct cursor c = cursor_over(buf_str(&cut));
		uint32_t place, frames;

		naming_answer_read(&c, &place, &frames);
		naming_frame_read(&c, &f);
		naming_frame_read(&c, &f);
		cut_fails &= !is_valid(&cut, 4) || !cursor_left(&c);
	}
	ok(cut_fails, "cut off anywhere but between answers");
	write_answer(&b, 3, 1, S("g"));
	ok(!is_valid(&b, 4), "twice to one question");
	b.n = 0;
	write_answer(&b, 0, 0, S(""));
	ok(!is_valid(&b, 4), "no frames");
	b.n = 0;
	write_answer(&b, 0, 0x10000000, S("f"));
	ok(!is_valid(&b, 4), "more frames than are there");
	b.n = 0;
	write_answer(&b, 0, 1, S("a\0b"));
	ok(!is_valid(&b, 4), "a NUL in a name");
	b.n = 0;
	for (int i = 0; i <= NAMING_MOST_TEXT; i++)
		buf_ch(&large, 'x');
	write_answer(&b, 0, 1, buf_str(&large));
	ok(!is_valid(&b, 4), "a name that is too long");
	buf_release(&b);
	buf_release(&large);
}

/* What is kept */

static uint32_t file_number(struct name_table *t, const char *path, struct str build_id)
{
	int fd = open(path, O_RDONLY);
	uint32_t n = name_table_binary(t, str_of(path), build_id, fd, 1);

	if (fd >= 0)
		close(fd);
	return n;
}

static void test_identity(void)
{
	struct name_table t = { 0 };
	uint32_t first, second;

	name_table_init(&t);
	run("echo one >a; echo one >b; ln a c");
	if (chdir(dir) < 0)
		abort();
	first = file_number(&t, "a", S(""));
	ok(first && first == file_number(&t, "c", S("")), "a file by two paths is one");
	ok(first != file_number(&t, "b", S("")), "two files of the same bytes are not");
	run("mv b a");
	second = file_number(&t, "a", S(""));
	ok(second && second != first, "a path whose file was replaced is another binary");
	run("echo two >>a");
	ok(file_number(&t, "a", S("")) != second, "and so is a file that has grown");
	second = file_number(&t, "a", S("1234"));
	run("echo two >>a");
	ok(second == file_number(&t, "a", S("1234")), "a build id says all");
	ok(second == file_number(&t, "c", S("1234")), "wherever the file is");
	ok(second != file_number(&t, "none", S("1234")), "as long as there is one");
	ok(!file_number(&t, "none", S("")), "of nothing there is nothing to be kept");
	name_table_release(&t);
}

static void test_table(void)
{
	struct named_frame f = { .name = S("f"), .linkage = S("_Z1f"), .line = 3 };
	struct symbol_place at = { .offset = 0x1000 }, other = { .offset = 0x1001 };
	struct name_table t = { 0 };
	const struct kept_name *k;
	size_t most = 0;
	uint32_t binary;
	struct buf name = { 0 };

	name_table_init(&t);
	name_table_begin(&t);
	binary = name_table_binary(&t, S("file"), S("id"), -1, 1);
	ok(!name_table_find(&t, binary, at, 0), "nothing is known");
	name_table_add(&t, binary, at, 1);
	name_table_add_frame(&t, &f);
	name_table_add(&t, binary, other, 0);
	k = name_table_find(&t, binary, at, 0);
	ok(k && k->n == 1 && name_table_frames(&t, k)->line == 3, "a frame is");
	is(strings_get(&t.texts, name_table_frames(&t, k)->linkage), "_Z1f", "with its texts");
	ok(!name_table_find(&t, binary + 1, at, 0), "not in another binary");
	k = name_table_find(&t, binary, other, 2);
	ok(k && !k->n, "that there is no name is known, too");
	name_table_begin(&t);
	name_table_begin(&t);
	ok(!name_table_find(&t, binary, other, 2), "for some rounds");
	ok(name_table_find(&t, binary, other, 0), "or for ever");
	name_table_note(&t, 70, NAME_REFUSED);
	ok(name_table_noted(&t, 70, NAME_REFUSED) && !name_table_noted(&t, 70, NAME_ALONE) &&
		   !name_table_noted(&t, 69, NAME_REFUSED),
	   "a file is refused");
	name_table_note(&t, binary, NAME_ALONE);
	for (uint64_t i = 0; i < 2000000; i++) {
		name.n = 0;
		buf_printf(&name, "function_number_%llu", (unsigned long long)i);
		f.name = buf_str(&name);
		at.offset = i;
		name_table_add(&t, binary, at, 1);
		name_table_add_frame(&t, &f);
		if (i % 1000 == 0) {
			name_table_begin(&t);
			binary = name_table_binary(&t, S("file"), S("id"), -1, 1);
			k = name_table_find(&t, binary, (struct symbol_place){ .offset = 0 }, 0);
		}
		most = max_size(most, t.text_bytes + t.frames.n + t.names.n * sizeof(*k));
	}
	ok(most < (size_t)10 << 20, "it takes %zu MB at most", most >> 20);
	ok(k && k->n == 1, "what is asked for in each round is kept");
	is(k ? strings_get(&t.texts, name_table_frames(&t, k)->name) : S(""), "function_number_0",
	   "with its name");
	ok(name_table_noted(&t, binary, NAME_ALONE), "and the facts about its binary");
	buf_release(&name);
	name_table_release(&t);
}

/* Children */

static int children;

static void on_child(void *context, int pid)
{
	children++;
	*(int *)context = pid;
}

struct asked {
	struct profile p;
	map_id map;
	struct buf notes;
	struct symbol_counts counts;
};

static map_id ask(struct asked *a, const char *file, uint64_t addr, uint64_t n)
{
	struct buf path = { 0 };
	map_id map;

	buf_printf(&path, "%s%s%s", file[0] == '/' ? "" : dir, file[0] == '/' ? "" : "/", file);
	map = dict_add_mapping(a->p.dict,
			       (struct mapping){ .file = dict_intern(a->p.dict, buf_str(&path)) });
	for (uint64_t i = 0; i < n; i++) {
		struct loc l = { .map = map, .addr = addr + i, .flags = LOC_ADDR };
		loc_id loc = dict_add_loc(a->p.dict, l);

		profile_add_value(&a->p, 0,
				  profile_add_sample(&a->p, dict_add_stack(a->p.dict, &loc, 1),
						     (label_set_id){ 0 }),
				  1);
	}
	buf_release(&path);
	return map;
}

static void ask_begin(struct asked *a)
{
	int64_t scale;

	*a = (struct asked){ 0 };
	model_init(&a->p);
	profile_column(&a->p, dict_intern(a->p.dict, S("cpu")), dict_intern(a->p.dict, S("count")),
		       &scale);
}

static void ask_end(struct asked *a)
{
	model_release(&a->p);
	buf_release(&a->notes);
}

static int last_child;
static const struct symbol_options ALL = { .inlines = true,
					   .lines = true,
					   .demangle = DEMANGLE_NONE,
					   .on_child = on_child,
					   .context = &last_child };

static uint64_t address_of(const char *program, const char *name)
{
	struct buf text = { 0 };
	uint64_t addr = 0;
	FILE *f;

	run("nm %s | sed -n 's/ [Tt] %s$//p'", program, name);
	buf_printf(&text, "%s/out", dir);
	buf_ch(&text, '\0');
	f = fopen(text.p, "r");
	if (!f || fscanf(f, "%llx", (unsigned long long *)&addr) != 1)
		addr = 0;
	if (f)
		fclose(f);
	buf_release(&text);
	return addr;
}

/* A window that brings nothing new forks no child, and no child outlives its window. */
static void test_once(void)
{
	struct symbols *s = symbols_open(&ALL);
	uint64_t addr = address_of("plain", "main");
	struct asked a;

	children = 0;
	for (int i = 0; i < 4; i++) {
		ask_begin(&a);
		ask(&a, "plain", addr, i < 3 ? 8 : 9);
		a.counts = symbolize(s, &a.p, &a.notes);
		ok(a.counts.named == (i < 3 ? 8 : 9), "window %d has its names", i);
		ok(children == (i < 3 ? 1 : 2), "and that took %d children so far", children);
		ok(kill(last_child, 0) < 0, "which are gone");
		ask_end(&a);
	}
	run("cp plain twin && touch -d yesterday twin");
	ask_begin(&a);
	ask(&a, "twin", addr, 8);
	a.counts = symbolize(s, &a.p, &a.notes);
	ok(a.counts.named == 8 && children == 3, "another file is asked anew");
	ask_end(&a);
	symbols_close(s);
}

/* A perf map is asked again when it has changed, and not before. */
static void test_growing_map(void)
{
	struct symbols *s = symbols_open(&ALL);
	struct asked a;

	children = 0;
	for (int i = 0; i < 3; i++) {
		if (i == 0)
			run("echo '1000 100 first' >perf-77.map");
		if (i == 2)
			run("echo '1000 100 second' >>perf-77.map");
		ask_begin(&a);
		ask(&a, "perf-77.map", 0x1010, 1);
		a.counts = symbolize(s, &a.p, &a.notes);
		ok(a.counts.named == 1 && children == (i < 2 ? 1 : 2), "a map, round %d", i);
		is(dict_text(a.p.dict, dict_func(a.p.dict, (func_id){ 1 })->name),
		   i < 2 ? "first" : "second", "its name");
		ask_end(&a);
	}
	symbols_close(s);
}

/* tests/targets/bomb.s */
static void test_bomb(void)
{
	struct symbols *s = symbols_open(&ALL);
	uint64_t addr = address_of("bomb", "main");
	struct asked a;

	children = 0;
	for (int i = 0; i < 2; i++) {
		ask_begin(&a);
		ask(&a, "bomb", addr, 8);
		ask(&a, "plain", address_of("plain", "main"), 8);
		a.counts = symbolize(s, &a.p, &a.notes);
		ok(a.counts.named == 8 && a.counts.unnamed == 8, "the other file has its names");
		if (i == 0) {
			ok(str_find(buf_str(&a.notes),
				    S("bomb: its names are left out: reading its "
				      "symbols took more than 1 s of CPU time\n")) >= 0,
			   "the user reads why");
			ok(a.counts.child_cpu > 900000000 && a.counts.child_cpu < 1600000000,
			   "it cost %.2f s", 1e-9 * (double)a.counts.child_cpu);
			ok(children == 2, "two children");
		} else {
			ok(!a.notes.n && children == 2 && !a.counts.child_cpu,
			   "and it is not read again");
		}
		ask_end(&a);
	}
	symbols_close(s);
}

/* A child that somebody kills costs the names of the file at hand. */
static void kill_child(void *context, int pid)
{
	(void)context;
	if (children++ == 0)
		kill(pid, SIGKILL);
}

static void test_killed(void)
{
	struct symbol_options how = ALL;
	struct symbols *s;
	struct asked a;

	children = 0;
	how.on_child = kill_child;
	s = symbols_open(&how);
	ask_begin(&a);
	ask(&a, "plain", address_of("plain", "main"), 8);
	ask(&a, "twin", address_of("plain", "main"), 8);
	a.counts = symbolize(s, &a.p, &a.notes);
	ok(a.counts.named == 8, "a child was killed: the other file has its names");
	ok(str_find(buf_str(&a.notes),
		    S("/plain: its names are left out: reading its symbols ended "
		      "with signal 9 (Killed)\n")) >= 0,
	   "the user reads why");
	ask_end(&a);
	symbols_close(s);
}

/* Memory of naming is the child's: a large symbol table does not stay here. */
static void test_memory(void)
{
	struct symbols *s = symbols_open(&ALL);
	struct rusage before, after;
	struct asked a;

	if (!run("awk 'BEGIN { for (i = 0; i < 100000; i++) printf \"int f%%d;\\n\", i; "
		 "print \"int main(void) { return 0; }\" }' >many.c && gcc -O0 -o many many.c")) {
		ok(true, "memory # SKIP needs gcc and awk");
		symbols_close(s);
		return;
	}
	getrusage(RUSAGE_SELF, &before);
	ask_begin(&a);
	ask(&a, "many", address_of("many", "main"), 4);
	a.counts = symbolize(s, &a.p, &a.notes);
	getrusage(RUSAGE_SELF, &after);
	ok(a.counts.named == 4, "a large symbol table");
	ok(after.ru_maxrss - before.ru_maxrss < 2048, "cost us %ld kB",
	   after.ru_maxrss - before.ru_maxrss);
	ask_end(&a);
	symbols_close(s);
}

/* Files that are not what they should be: nobody even opens them. */

static int watch(const char *name)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

	if (inotify_add_watch(fd, name, IN_OPEN) < 0)
		abort();
	return fd;
}

static bool was_opened(int watching)
{
	char event[256];
	bool opened = read(watching, event, sizeof(event)) > 0;

	close(watching);
	return opened;
}

static void test_strange_files(void)
{
	static const char *const strange[] = { "pipe",          "/dev/zero", "/dev/null",
					       "/proc/version", "loop",      "." };
	struct symbols *s = symbols_open(&ALL);
	struct asked a;
	int watching;

	run("mkfifo pipe; ln -s loop loop");
	watching = watch("pipe");
	children = 0;
	ask_begin(&a);
	for (size_t i = 0; i < LEN(strange); i++)
		ask(&a, strange[i], 0x1000, 2);
	a.counts = symbolize(s, &a.p, &a.notes);
	ok(!a.counts.named && a.counts.missing == LEN(strange) && !children,
	   "pipes, devices and links to nowhere are not read");
	ok(!was_opened(watching), "not even opened");
	ask_end(&a);
	symbols_close(s);
}

/* What a binary refers to may be strange, too: its shared file, here. */
static void test_strange_references(void)
{
	/* In the working directory, as the binary is. */
	static const char *const to[] = { "pipe", "/dev/zero", "loop", "/etc/passwd" };
	int watching = watch("pipe");

	for (size_t i = 0; i < LEN(to); i++) {
		struct symbols *s = symbols_open(&ALL);
		struct asked a;

		if (!run("{ printf '%s\\0'; printf 'abcdefghijklmnopqrst'; } >link && "
			 "objcopy --remove-section .gnu_debugaltlink --add-section "
			 ".gnu_debugaltlink=link plain strange && touch strange.dwp",
			 to[i])) {
			ok(true, "references # SKIP needs objcopy");
			symbols_close(s);
			break;
		}
		ask_begin(&a);
		ask(&a, "strange", address_of("plain", "main"), 8);
		a.counts = symbolize(s, &a.p, &a.notes);
		ok(a.counts.named == 8 && !a.notes.n, "a file that shares with %s has names",
		   to[i]);
		ask_end(&a);
		symbols_close(s);
	}
	ok(!was_opened(watching), "and the pipe was not opened");
}

/* What a binary refers to is looked for in the root of the process that has it. */

static int root_of_target;

static struct symbol_binary open_in_root(void *context, const struct profile *p, map_id map)
{
	const char *path = dict_text(p->dict, dict_mapping(p->dict, map)->file).p;

	(void)context;
	return (struct symbol_binary){ openat(root_of_target, path + 1, O_RDONLY | O_CLOEXEC),
				       root_of_target };
}

static bool has_names_in_root(void)
{
	struct symbol_options how = ALL;
	struct symbols *s;
	struct asked a;
	bool named;

	how.source.open = open_in_root;
	s = symbols_open(&how);
	ask_begin(&a);
	ask(&a, "/bin/app", address_of("plain", "main"), 8);
	a.counts = symbolize(s, &a.p, &a.notes);
	named = a.counts.named == 8;
	ask_end(&a);
	symbols_close(s);
	return named;
}

static void test_root(void)
{
	if (!run("mkdir -p root/bin && objcopy --only-keep-debug plain app.debug && "
		 "objcopy --strip-all --add-gnu-debuglink=app.debug plain root/bin/app")) {
		ok(true, "debug files in a root # SKIP needs objcopy");
		return;
	}
	root_of_target = open("root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ok(!has_names_in_root(), "a stripped program in another root");
	run("cp app.debug root/bin/app.debug");
	ok(has_names_in_root(), "has the names of its debug file there");
	run("ln -sf %s/app.debug root/bin/app.debug", dir);
	ok(!has_names_in_root(), "but not by a link out of the root");
	run("ln -sf ../../../../../../../..%s/app.debug root/bin/app.debug", dir);
	ok(!has_names_in_root(), "of whatever kind");
	close(root_of_target);
}

static size_t open_files(void)
{
	size_t n = 0;

	for (int i = 0; i < 256; i++)
		n += fcntl(i, F_GETFD) >= 0;
	return n;
}

int main(void)
{
	static const char program[] = "int main(int argc, char **argv) { return argc + !argv; }\n";
	size_t before = open_files();
	char top[4096];
	FILE *f;

	if (!getcwd(top, sizeof(top)))
		abort();

	if (!mkdtemp(dir))
		abort();
	run("cp %s/tests/targets/bomb.s .", top);
	if (chdir(dir) < 0)
		abort();
	f = fopen("plain.c", "w");
	if (!f || fputs(program, f) < 0 || fclose(f) < 0)
		abort();
	test_memory(); /* first: it looks at the most that there ever was */
	test_answers();
	test_identity();
	test_table();
	if (!run("gcc -O2 -g -Wl,--build-id=none -o plain plain.c && "
		 "gcc -O2 -g0 -Wl,--build-id=none -o full plain.c bomb.s && "
		 "cp --sparse=always full bomb")) {
		ok(true, "children # SKIP needs gcc");
	} else {
		test_once();
		test_growing_map();
		test_killed();
		test_bomb();
		test_strange_files();
		test_strange_references();
		test_root();
	}
	ok(open_files() == before, "nothing is left open");
	ok(wait(NULL) < 0, "and no child");
	run("rm -rf %s", dir);
	return done();
}
