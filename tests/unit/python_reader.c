/* Python's frames, read from memory that was made up: of each version, and broken in each way. */
#include "interp/python/python_reader.h"

#include <stddef.h>

#include "interp/code_names.h"
#include "interp/python/python_layouts.h"
#include "interp/python/python_lines.h"
#include "interp/python/python_name.h"
#include "made_memory.h"
#include "tap.h"

enum { THREAD = 0x7000, CODE_TYPE = 0x4242 };

/* One that is ASCII, or of characters of `kind` bytes; without a hash. */
static uint64_t make_string(const struct python_layout *l, const void *text, size_t length,
			    unsigned kind, bool ascii)
{
	uint64_t at = take(88 + length * kind);
	size_t head = ascii ? l->ascii_size : l->compact_size;

	put(at + l->object_size, length, 8);
	put(at + l->object_size + 8, UINT64_MAX, 8);
	put(at + l->object_size + 16, (uint64_t)(kind | 8 | (ascii ? 16 : 0)) << l->kind_shift, 4);
	put_bytes(at + head, text, length * kind);
	return at;
}

static uint64_t make_text(const struct python_layout *l, const char *text)
{
	return make_string(l, text, strlen(text), 1, true);
}

static uint64_t make_bytes(const struct python_layout *l, struct str bytes)
{
	uint64_t at = take(48 + bytes.n);

	put(at + l->object_size, bytes.n, 8);
	put_bytes(at + l->object_size + 16, bytes.p, bytes.n);
	return at;
}

static uint64_t make_code(const struct python_layout *l, uint64_t name, uint64_t lines)
{
	uint64_t at = take(256);

	put(at + l->object_size - 8, CODE_TYPE, 8);
	put(at + l->code_line, 10, 4);
	put(at + l->code_file, make_text(l, "/app/main.py"), 8);
	put(at + (l->code_qualname == PYTHON_NONE ? l->code_name : l->code_qualname), name, 8);
	put(at + l->code_lines, lines, 8);
	return at;
}

static uint64_t make_frame(const struct python_layout *l, uint64_t code, uint64_t caller,
			   bool entry)
{
	uint64_t at = take(128);

	put(at + l->frame_code, code, 8);
	put(at + l->frame_previous, caller, 8);
	if (l->instruction == PYTHON_POINTER)
		put(at + l->frame_instruction, code + l->code_start + 6, 8);
	else
		put(at + l->frame_instruction, 6 / l->unit, 4);
	if (l->frame_entry != PYTHON_NONE)
		put(at + l->frame_entry, entry, 1);
	return at;
}

static uint64_t make_shim(const struct python_layout *l, uint64_t caller)
{
	uint64_t at = make_frame(l, 0, caller, false);

	put(at + l->frame_owner, l->shim_owner, 1);
	return at;
}

/* A state of a thread: of `id`, at a frame, followed by another state. */
static uint64_t make_thread(const struct python_layout *l, uint64_t id, uint64_t frame,
			    uint64_t next)
{
	uint64_t at = take(256), cframe = take(32);

	put(at + l->thread_next, next, 8);
	put(at + l->thread_id, id, 8);
	put(at + l->thread_frame, frame, 8);
	if (l->cframe_frame != PYTHON_NONE) {
		put(at + l->thread_frame, cframe, 8);
		put(cframe + l->cframe_frame, frame, 8);
	}
	return at;
}

static struct python_place target;
static struct interp_stack stack;

static void begin(const struct python_layout *l)
{
	memset(memory, 0, sizeof(memory));
	end = 64;
	target = (struct python_place){ .code_type = CODE_TYPE, .layout = *l };
	target.runtime = take(16384);
}

/* An interpreter whose first thread is that one. */
static void set_threads(uint64_t first)
{
	const struct python_layout *l = &target.layout;
	uint64_t interp = take(16384);

	put(target.runtime + l->interpreters, interp, 8);
	put(interp + l->interp_threads, first, 8);
}

static uint32_t read_stack(void)
{
	reads = 0;
	python_read_stack(&process, &target, THREAD, &stack);
	return stack.head.end;
}

static uint64_t simple_code(const char *name)
{
	const struct python_layout *l = &target.layout;

	return make_code(l, make_text(l, name), make_bytes(l, S("")));
}

/* Versions */

static void name_is(const struct interp_frame *f, const char *expected, const char *what)
{
	struct code_names *names = malloc(sizeof(*names));
	struct code_names_parts parts;
	struct buf text = { 0 };
	size_t size = 0;

	ok(python_read_names(&process, &target, f->code, f->id, names, &size) &&
		   code_names_parse(&parts, str((const char *)names, size)),
	   "%s: it has names", what);
	python_string_decode(&text, &parts.head.name, parts.head.kind_shift, parts.name);
	is(buf_str(&text), expected, "%s: %s", what, expected);
	buf_release(&text);
	free(names);
}

/* Does the thread hold the lock? By its own flag, or if it is the current one. */
static void test_gil(const struct python_layout *l, uint64_t state, const char *what)
{
	unsigned without = l->status_gil || l->current ? INTERP_GIL_NONE : INTERP_GIL_UNKNOWN;
	unsigned with = l->status_gil || l->current ? INTERP_GIL_HOLDS : INTERP_GIL_UNKNOWN;

	read_stack();
	ok(stack.head.gil == without, "%s: a thread without the lock", what);
	if (l->status_gil)
		put(state + l->thread_status, 0x07 | l->status_gil, 4);
	else if (l->current)
		put(target.runtime + l->current, state, 8);
	ok(read_stack() == INTERP_WHOLE && stack.head.gil == with, "%s: one with it", what);
	if (l->current)
		put(target.runtime + l->current, 0, 8);
}

static void test_version(const struct python_layout *l)
{
	bool shims = l->frame_owner != PYTHON_NONE;
	uint64_t outer, inner, frame, other, state;
	char what[32];

	snprintf(what, sizeof(what), "%u.%u", l->version >> 8, l->version & 255);
	begin(l);
	outer = simple_code("main");
	inner = simple_code("Work.<locals>.run");
	frame = shims ? make_shim(l, 0) : 0;
	frame = make_frame(l, outer, frame, true);
	frame = make_frame(l, inner, frame, false);
	other = make_thread(l, THREAD + 1, 0, 0);
	state = make_thread(l, THREAD, frame, other);
	set_threads(make_thread(l, THREAD + 2, 0, state));
	ok(read_stack() == INTERP_WHOLE, "%s: a stack is whole", what);
	ok(stack.head.n == (shims ? 3 : 2) && stack.frame[0].code == inner &&
		   stack.frame[1].code == outer,
	   "%s: its frames", what);
	ok(stack.frame[0].instruction == 6, "%s: the instruction", what);
	ok(stack.frame[0].flags == (shims || l->frame_entry != PYTHON_NONE ? 0 : INTERP_ENTRY),
	   "%s: the inner frame was %sentered by an evaluator of its own", what,
	   shims || l->frame_entry != PYTHON_NONE ? "not " : "");
	ok(stack.frame[stack.head.n - 1].flags == (shims ? INTERP_SHIM : INTERP_ENTRY),
	   "%s: the outer one was", what);
	name_is(&stack.frame[0], "Work.<locals>.run", what);
	test_gil(l, state, what);
	put(inner + l->code_line, 11, 4);
	ok(read_stack() == INTERP_WHOLE, "%s: another function in the same place", what);
	stack.frame[0].id++;
	ok(!python_read_names(&process, &target, inner, stack.frame[0].id,
			      (struct code_names *)(void *)memory, &(size_t){ 0 }),
	   "%s: names of another function than that of the sample are not read", what);
}

/* Faults */

static const struct python_layout *l311(void)
{
	return python_layout_of(0x030b);
}

static void test_cycle(void)
{
	uint64_t frame;

	begin(l311());
	frame = make_frame(l311(), simple_code("f"), 0, false);
	put(frame + l311()->frame_previous, frame, 8);
	set_threads(make_thread(l311(), THREAD, frame, 0));
	ok(read_stack() == INTERP_DEEP && stack.head.n == INTERP_MOST_FRAMES - 1,
	   "a frame that calls itself: cut off");
}

static void test_million(void)
{
	uint64_t code, frame = 0;

	begin(l311());
	code = simple_code("f");
	for (int i = 0; i < 30000; i++)
		frame = make_frame(l311(), code, frame, i == 0);
	set_threads(make_thread(l311(), THREAD, frame, 0));
	ok(read_stack() == INTERP_DEEP && reads < 10 * INTERP_MOST_FRAMES,
	   "30,000 frames: cut off, and not all are read");
}

static void test_threads_cycle(void)
{
	uint64_t state;

	begin(l311());
	state = make_thread(l311(), THREAD + 1, 0, 0);
	put(state + l311()->thread_next, state, 8);
	set_threads(state);
	ok(read_stack() == INTERP_NO_THREAD,
	   "a thread that follows itself is looked at for a while");
}

static void test_wild(void)
{
	static const uint64_t wild[] = { 1, 8, 0xdead0000, UINT64_MAX - 7, 1ull << 63, BASE - 4 };
	bool all = true;

	for (size_t i = 0; i < LEN(wild); i++) {
		begin(l311());
		set_threads(make_thread(l311(), THREAD, wild[i], 0));
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
		begin(l311());
		set_threads(make_thread(l311(), THREAD, make_frame(l311(), wild[i], 0, true), 0));
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
		begin(l311());
		set_threads(wild[i]);
		all &= read_stack() == INTERP_UNREADABLE;
		begin(l311());
		put(target.runtime + l311()->interpreters, wild[i], 8);
		all &= read_stack() == INTERP_UNREADABLE;
	}
	ok(all, "pointers to anywhere are no stack");
	begin(l311());
	set_threads(make_thread(l311(), THREAD, make_frame(l311(), target.runtime, 0, true), 0));
	ok(read_stack() == INTERP_NO_CODE, "what is no code object is no function");
}

static void test_two(void)
{
	uint64_t second, other;

	begin(l311());
	second = make_thread(l311(), THREAD, 0, 0);
	set_threads(make_thread(l311(), THREAD, 0, second));
	ok(read_stack() == INTERP_TWO, "a thread with two states: which it runs is not known");
	put(target.runtime + l311()->current, second, 8);
	ok(read_stack() == INTERP_WHOLE, "but the one that holds the lock is");
	other = take(16384);
	put(other + l311()->interp_threads, make_thread(l311(), THREAD, 0, 0), 8);
	put(word_at(target.runtime + l311()->interpreters) + l311()->interp_next, other, 8);
	ok(read_stack() == INTERP_WHOLE && stack.head.several &&
		   stack.head.proof == word_at(second + l311()->thread_cframe),
	   "in two interpreters, if a variable of its evaluator is on the thread's stack");
	put(target.runtime + l311()->current, 0, 8);
	ok(read_stack() == INTERP_TWO && !stack.head.proof, "without the lock, it is not known");
}

/* A thread runs the state of an interpreter that another thread has made. */
static void test_foreign(void)
{
	uint64_t other, state, frame, variable;

	begin(l311());
	frame = make_frame(l311(), simple_code("function"), 0, true);
	state = make_thread(l311(), 77, frame, 0);
	set_threads(make_thread(l311(), THREAD, 0, 0));
	other = take(16384);
	put(other + l311()->interp_threads, state, 8);
	put(word_at(target.runtime + l311()->interpreters) + l311()->interp_next, other, 8);
	put(target.runtime + l311()->current, state, 8);
	ok(read_stack() == INTERP_WHOLE && !stack.head.n && !stack.head.proof,
	   "a state of another thread, whose evaluator is elsewhere, is not that of the thread");
	variable = word_at(state + l311()->thread_cframe);
	python_read_stack(&process, &target, variable + 4096, &stack);
	ok(stack.head.end == INTERP_WHOLE && stack.head.n == 1 && stack.head.proof == variable,
	   "one whose evaluator may be on the thread's stack may be");
}

/* Since 3.12 the thread says which state it runs, even one of another interpreter. */
static void test_current(void)
{
	const struct python_layout *l = python_layout_of(0x030c);
	uint64_t frame, other, variable;

	begin(l);
	variable = take(16);
	frame = make_frame(l, simple_code("function"), 0, true);
	other = make_thread(l, 77, frame, 0);
	set_threads(make_thread(l, THREAD, 0, 0));
	put(variable, other, 8);
	ok(read_stack() == INTERP_WHOLE && !stack.head.n, "a state is found by its thread");
	target.has_current = 1;
	target.current.offset = (int64_t)variable - THREAD;
	ok(read_stack() == INTERP_WHOLE && stack.head.n, "unless the thread runs another");
	ok(!stack.head.several, "there is one interpreter");
	put(word_at(target.runtime + l->interpreters) + l->interp_next, take(16384), 8);
	ok(read_stack() == INTERP_WHOLE && stack.head.n && stack.head.several,
	   "the current one is, too, among several");
	put(variable, 0, 8);
	ok(read_stack() == INTERP_WHOLE && !stack.head.n, "and without the lock, it is found");
}

static void test_damage(void)
{
	uint64_t frame = 0;

	begin(l311());
	for (int i = 0; i < 20; i++)
		frame = make_frame(l311(), simple_code("function"), frame, i % 3 == 0);
	set_threads(make_thread(l311(), THREAD, frame, 0));
	read_damaged(read_stack);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 20, "damaged memory does no harm");
}

/* Names */

static void test_unicode(void)
{
	static const uint16_t two[] = { 0x3b1, 0xd800, 'x' };
	static const uint32_t four[] = { 0x1f40d, 0x110000 };
	const struct python_layout *l = l311();
	uint64_t code;

	begin(l);
	code = make_code(l, make_string(l, "caf\xe9", 4, 1, false), make_bytes(l, S("")));
	set_threads(make_thread(l, THREAD, make_frame(l, code, 0, true), 0));
	read_stack();
	name_is(&stack.frame[0], "caf\xc3\xa9", "one byte a character");
	put(code + l->code_qualname, make_string(l, two, 3, 2, false), 8);
	read_stack();
	name_is(&stack.frame[0], "\xce\xb1\xef\xbf\xbdx", "two bytes, and a half of a pair");
	put(code + l->code_qualname, make_string(l, four, 2, 4, false), 8);
	read_stack();
	name_is(&stack.frame[0], "\xf0\x9f\x90\x8d\xef\xbf\xbd", "four bytes, and no character");
}

static void test_long_names(void)
{
	const struct python_layout *l = l311();
	static char text[1 << 20];
	uint64_t first, second, a, b;

	memset(text, 'n', sizeof(text));
	begin(l);
	a = make_string(l, text, sizeof(text), 1, true);
	text[sizeof(text) - 1] = 'm';
	b = make_string(l, text, sizeof(text), 1, true);
	first = make_code(l, a, make_bytes(l, S("")));
	second = make_code(l, b, make_bytes(l, S("")));
	set_threads(make_thread(l, THREAD,
				make_frame(l, second, make_frame(l, first, 0, true), false), 0));
	ok(read_stack() == INTERP_WHOLE && stack.frame[0].id != stack.frame[1].id,
	   "names of 1 MB that differ at their ends are two");
	text[INTERP_MOST_NAME - 1] = '\0';
	strcpy(text + INTERP_MOST_NAME - 1, "...");
	name_is(&stack.frame[1], text, "a name of 1 MB is cut");
}

static void test_cut_records(void)
{
	struct code_names names = {
		.name = { .copied = 400 }, .file = { .copied = 400 }, .lines = 100, .copied = 900
	};
	size_t whole = offsetof(struct code_names, bytes) + 900;
	struct code_names_parts parts;
	bool none = true;

	for (size_t n = 0; n < whole; n++) {
		char *exact = malloc(n + 1);

		memcpy(exact, &names, n);
		none &= !code_names_parse(&parts, str(exact, n));
		free(exact);
	}
	ok(none, "a record of names that is cut short is none");
	ok(code_names_parse(&parts, str((const char *)&names, whole)), "a whole one is");
}

/* Lines */

static void test_lines(void)
{
	/* 6 bytes of line 10, 50 more of line 11 (in two steps of lnotab), then line 9. */
	static const char lnotab[] = { 6, 1, 50, -2 };
	static const char lines310[] = { 6, 0, 4, -128, 50, 1, 2, -2 };
	/* Short form; one line further; without columns, -2; long, +1; none. */
	static const char lines311[] = {
		(char)(0x80 | 2 << 3 | 2),
		0,
		(char)(0x80 | 11 << 3 | 0),
		1,
		2,
		(char)(0x80 | 13 << 3),
		5,
		(char)(0x80 | 14 << 3 | 1),
		2,
		0,
		1,
		0x41,
		1,
		(char)(0x80 | 15 << 3),
	};
	struct str t = str(lnotab, sizeof(lnotab));

	ok(python_line(0x0309, t, 10, 0) == 10 && python_line(0x0309, t, 10, 5) == 10 &&
		   python_line(0x0309, t, 10, 6) == 11 && python_line(0x0309, t, 10, 56) == 9 &&
		   python_line(0x0309, t, 10, 5000) == 9,
	   "lines of 3.8 and 3.9");
	t = str(lines310, sizeof(lines310));
	ok(python_line(0x030a, t, 10, 4) == 10 && python_line(0x030a, t, 10, 6) == 0 &&
		   python_line(0x030a, t, 10, 10) == 11 && python_line(0x030a, t, 10, 60) == 9 &&
		   python_line(0x030a, t, 10, 62) == 0,
	   "lines of 3.10");
	t = str(lines311, sizeof(lines311));
	ok(python_line(0x030b, t, 10, 4) == 10 && python_line(0x030c, t, 10, 6) == 11 &&
		   python_line(0x030d, t, 10, 8) == 9 && python_line(0x030d, t, 10, 12) == 10 &&
		   python_line(0x030d, t, 10, 14) == 0 && python_line(0x030d, t, 10, 16) == 0,
	   "lines of 3.11 and later");
	for (size_t n = 0; n < sizeof(lines311); n++)
		python_line(0x030b, str(lines311, n), 10, 100);
	ok(python_line(0x030b, S("\xf0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), 10, 0) == 0,
	   "numbers without an end are no line");
}

/* What an interpreter says itself */

/* A word of struct _Py_DebugOffsets, and the offset in it. */
struct described {
	uint8_t word;
	uint16_t offset;
};

/* A described offset of 0 is not in the list. */
static bool describe(struct python_layout *l, unsigned version, bool has_no_gil,
		     const struct described *d, size_t n, const char **why)
{
	uint64_t w[PYTHON_DEBUG_OFFSETS / 8] = { [1] = version << 16, [2] = has_no_gil };

	memcpy(w, "xdebugpy", 8);
	for (size_t i = 0; i < n; i++)
		w[d[i].word] = d[i].offset;
	return python_layout_read(l, str((const char *)w, sizeof(w)), why);
}

static const struct described python_313[] = {
	{ 5, 632 },  { 8, 7264 }, { 9, 7344 }, { 21, 8 },  { 23, 72 }, { 24, 152 },
	{ 27, 32 },  { 28, 80 },  { 29, 8 },   { 31, 56 }, { 33, 70 }, { 35, 112 },
	{ 36, 120 }, { 37, 128 }, { 38, 136 }, { 39, 68 }, { 41, 96 }, { 43, 200 },
};

/* Each object has 16 bytes more. */
static const struct described python_313_without_gil[] = {
	{ 5, 632 },  { 8, 7264 }, { 9, 7344 }, { 21, 8 },  { 23, 72 },  { 24, 152 },
	{ 27, 32 },  { 28, 80 },  { 29, 8 },   { 31, 56 }, { 33, 70 },  { 35, 128 },
	{ 36, 136 }, { 37, 144 }, { 38, 152 }, { 39, 84 }, { 41, 112 }, { 43, 232 },
};

static const struct described python_315[] = {
	{ 5, 632 },  { 8, 7264 }, { 9, 7344 }, { 24, 8 },  { 26, 72 }, { 27, 80 },  { 30, 176 },
	{ 34, 36 },  { 35, 40 },  { 39, 88 },  { 40, 8 },  { 42, 56 }, { 44, 74 },  { 48, 112 },
	{ 49, 120 }, { 50, 128 }, { 51, 136 }, { 52, 68 }, { 54, 96 }, { 56, 208 },
};

/* The outermost frame, to which the thread's state points, stands for no evaluator. */
static void test_base(const struct python_layout *l)
{
	uint64_t base, frame, state;

	begin(l);
	base = make_shim(l, 0);
	frame = make_frame(l, simple_code("main"), make_shim(l, base), false);
	state = make_thread(l, THREAD, frame, 0);
	put(state + l->thread_base, base, 8);
	set_threads(state);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 2, "the outermost frame is left out");
	put(state + l->thread_frame, base, 8);
	ok(read_stack() == INTERP_WHOLE && !stack.head.n,
	   "also that of a thread without functions");
	put(state + l->thread_waits, 1, 4);
	ok(read_stack() == INTERP_WHOLE && stack.head.gil == INTERP_GIL_WAITS,
	   "a thread that waits for the global lock");
	put(state + l->thread_status, 1, 4);
	ok(read_stack() == INTERP_WHOLE && stack.head.gil == INTERP_GIL_HOLDS,
	   "one that has got it");
}

static void test_debug_offsets(void)
{
	struct described damaged[LEN(python_313)];
	uint64_t none[PYTHON_DEBUG_OFFSETS / 8] = { 0 };
	struct python_layout l;
	const char *why;

	ok(describe(&l, 0x030d, false, python_313, LEN(python_313), &why), "3.13 describes itself");
	test_version(&l);
	ok(describe(&l, 0x030d, true, python_313_without_gil, LEN(python_313_without_gil), &why),
	   "without the global lock, too");
	test_version(&l);
	ok(describe(&l, 0x030f, false, python_315, LEN(python_315), &why), "so does 3.15");
	test_version(&l);
	test_base(&l);
	ok(!describe(&l, 0x030f, true, python_315, LEN(python_315), &why),
	   "3.15 without the global lock: %s", why);
	ok(!describe(&l, 0x0310, false, python_315, LEN(python_315), &why), "3.16: %s", why);
	memcpy(damaged, python_313, sizeof(damaged));
	damaged[10] = (struct described){ 33, 5000 };
	ok(!describe(&l, 0x030d, false, damaged, LEN(damaged), &why), "a frame of 5,000 bytes: %s",
	   why);
	ok(!python_layout_read(&l, str((const char *)none, 64), &why), "one that is cut short: %s",
	   why);
	ok(!python_layout_read(&l, str((const char *)none, sizeof(none)), &why), "none: %s", why);
}

int main(void)
{
	for (unsigned version = 0x0308; version <= 0x030c; version++)
		test_version(python_layout_of(version));
	ok(!python_layout_of(0x0307), "3.7 is not known");
	test_debug_offsets();
	test_cycle();
	test_million();
	test_threads_cycle();
	test_wild();
	test_two();
	test_foreign();
	test_current();
	test_damage();
	test_unicode();
	test_long_names();
	test_cut_records();
	test_lines();
	return done();
}
