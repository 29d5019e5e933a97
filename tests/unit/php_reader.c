/* PHP's frames, read from memory that was made up: of each version, and broken. */
#include "interp/php/php_reader.h"

#include "interp/code_names.h"
#include "interp/php/php_layouts.h"
#include "interp/php/php_name.h"
#include "interp/php/php_walk.h"
#include "made_memory.h"
#include "tap.h"

enum { FRAME = 80, FUNCTION = 256, OPS = 10 };

static struct php_place target;
static struct interp_stack stack;
static uint64_t innermost, file, thread;

static uint64_t make_text(const char *text, size_t n, uint64_t hash)
{
	uint64_t at = take(PHP_STRING_TEXT + n + 1);

	put(at + PHP_STRING_HASH, hash, 8);
	put(at + PHP_STRING_HASH + 8, n, 8);
	put_bytes(at + PHP_STRING_TEXT, text, n);
	return at;
}

static uint64_t make_name(const char *text)
{
	return make_text(text, strlen(text), 1ull << 63 | strlen(text));
}

static void begin(const struct php_layout *l)
{
	memset(memory, 0, sizeof(memory));
	end = 0;
	innermost = 0;
	target = (struct php_place){ .layout = *l };
	target.globals = take(1024);
	file = make_text("/app/lib/work.php", 17, 0);
}

static uint64_t make_class(const char *name, size_t n)
{
	uint64_t at = take(64);

	put(at + PHP_CLASS_NAME, make_text(name, n, 0), 8);
	return at;
}

/* One with OPS instructions, in lines 20, 21, ...; without a name: a file. */
static uint64_t make_function(unsigned type, const char *name, uint64_t class)
{
	uint64_t at = take(FUNCTION), ops = take(OPS * PHP_OP_BYTES);

	put(at, type, 1);
	put(at + 8 * PHP_FUNCTION_NAME, name ? make_name(name) : 0, 8);
	put(at + 8 * PHP_SCOPE, class, 8);
	if (type == PHP_INTERNAL)
		return at;
	for (unsigned i = 0; i < OPS; i++)
		put(ops + i * PHP_OP_BYTES + PHP_OP_LINE, 20 + i, 4);
	put(at + target.layout.function_code, ops, 8);
	put(at + target.layout.function_count, OPS, 4);
	put(at + target.layout.function_file, file, 8);
	put(at + target.layout.function_file + 8, 20, 4);
	put(at + target.layout.function_file + 12, 30, 4);
	return at;
}

/* Calls a function, which is at an instruction. 0: a placeholder. */
static uint64_t call(uint64_t function, unsigned instruction, uint64_t flags)
{
	uint64_t at = take(FRAME);
	uint64_t ops = function ? word_at(function + target.layout.function_code) : 0;

	put(at + 8 * PHP_OPLINE, ops + instruction * PHP_OP_BYTES, 8);
	put(at + 8 * PHP_FUNCTION, function, 8);
	put(at + 8 * PHP_CALL, flags | 1ull << 32, 8);
	put(at + 8 * PHP_CALLER, innermost, 8);
	innermost = at;
	put(target.globals + target.layout.globals_frame, at, 8);
	return at;
}

static uint32_t read_stack(void)
{
	reads = 0;
	php_read_stack(&process, &target, thread, &stack);
	return stack.head.end;
}

static void name_is(unsigned frame, const char *expected, unsigned line)
{
	struct code_names *names = malloc(sizeof(*names));
	const struct interp_frame *f = &stack.frame[frame];
	struct code_names_parts p;
	struct buf name = { 0 };
	size_t size = 0;
	bool got = php_read_names(&process, &target, f->code, f->id, names, &size) &&
		   code_names_parse(&p, str((const char *)names, size));

	if (got)
		php_name(&name, &p);
	is(buf_str(&name), expected, "%s", expected);
	ok(got && f->instruction == line && (!line || str_eq(p.file, S("/app/lib/work.php"))),
	   "%s: its file and line", expected);
	buf_release(&name);
	free(names);
}

static void call_all(void)
{
	call(make_function(PHP_USER, NULL, 0), 0, PHP_TOP);
	call(make_function(PHP_USER, NULL, 0), 1, 0);
	call(make_function(PHP_USER, "run", make_class("App\\Work", 8)), 2, 0);
	call(make_function(PHP_INTERNAL, "array_map", 0), 0, 0);
	call(0, 0, 0);
	call(make_function(PHP_USER, "{closure}", make_class("class@anonymous\0/app:3", 22)), 3,
	     PHP_TOP);
	call(make_function(PHP_EVALUATED, NULL, 0), 4, 0);
}

static void test_version(unsigned version)
{
	begin(php_layout_of(version));
	call_all();
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 6, "8.%u: frames", version & 255);
	ok(!stack.frame[0].flags && stack.frame[1].flags == INTERP_ENTRY &&
		   stack.frame[2].flags == INTERP_C && !stack.frame[3].flags &&
		   stack.frame[5].flags == INTERP_ENTRY,
	   "where the evaluator was entered, and functions in C");
	name_is(0, "eval", 24);
	name_is(1, "class@anonymous::{closure}", 23);
	name_is(2, "array_map", 0);
	name_is(3, "App\\Work::run", 22);
	name_is(4, "include work.php", 21);
	name_is(5, "main", 20);
}

static const struct php_layout *l82(void)
{
	return php_layout_of(0x0802);
}

enum { STACK = 0x7ffd0000 };

/* Where a walk ends with that stack pointer. */
static uint32_t end_at(uint64_t stack_pointer)
{
	struct php_walk w = { .target = target, .memory = &process };
	struct interp_frame f;
	uint32_t is = php_begin(&w, 0, 0, 0, stack_pointer);

	while (is == INTERP_WHOLE && w.at)
		is = php_frame(&w, &f);
	return is;
}

static void test_fiber(void)
{
	uint64_t bottom;

	begin(l82());
	call(make_function(PHP_USER, NULL, 0), 0, PHP_TOP);
	call(make_function(PHP_INTERNAL, "start", make_class("Fiber", 5)), 0, 0);
	bottom = call(make_function(PHP_INTERNAL, NULL, 0), 0, 0);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 2,
	   "a function without a name is left out");
	put(bottom + 8 * PHP_CALL, 0, 8);
	put(target.globals + l82()->globals_bailout, STACK, 8);
	call(make_function(PHP_USER, "{closure}", 0), 0, PHP_TOP);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 4 &&
		   stack.frame[1].flags == (INTERP_SHIM | INTERP_FIBER) &&
		   stack.frame[2].flags == INTERP_C,
	   "but that of a fiber separates it from its callers");
	ok(end_at(STACK - 5000) == INTERP_WHOLE, "it runs on the stack to which bailout points");
	ok(end_at(STACK + 5000) == INTERP_SWITCHED, "not outside it");
	ok(end_at(STACK - (2 << 20)) == INTERP_SWITCHED, "nor on that of the fiber below");
	put(bottom + 8 * PHP_CALLER, 0, 8);
	ok(read_stack() == INTERP_SWITCHED, "one that is left has no callers");
}

/* A fiber has the native stack, and the globals are still those of the process's stack. */
static void test_resumed(void)
{
	begin(l82());
	put(target.globals + l82()->globals_bailout, STACK, 8);
	call(make_function(PHP_USER, NULL, 0), 0, PHP_TOP);
	ok(end_at(STACK - (64 << 20)) == INTERP_WHOLE, "a large native stack");
	ok(end_at(STACK - (1ull << 36)) == INTERP_SWITCHED, "the stack of a fiber");
}

/* An instruction that is not in the function, as compiled code leaves it. */
static void test_lines(void)
{
	uint64_t frame, other, ops;

	begin(l82());
	other = make_function(PHP_USER, "other", 0);
	frame = call(make_function(PHP_USER, "f", 0), 1, PHP_TOP);
	ops = word_at(frame);
	put(frame, word_at(other + l82()->function_code) + 32, 8);
	read_stack();
	ok(stack.frame[0].instruction == 0, "another function's instruction has no line");
	put(frame, ops + 1, 8);
	read_stack();
	ok(stack.frame[0].instruction == 0, "nor has the middle of one");
}

static void test_registers(void)
{
	struct php_walk w = { .memory = &process };
	struct interp_frame f;
	uint64_t frame, ops, id;

	begin(l82());
	frame = call(make_function(PHP_USER, "f", 0), 1, PHP_TOP);
	ops = word_at(frame) + 4 * PHP_OP_BYTES;
	w.target = target;
	php_begin(&w, 0, frame, ops, 0);
	php_frame(&w, &f);
	php_code(&w, f.code, f.flags, (__u64 *)&id);
	ok(php_line(&w) == 25, "the instruction in a register is that of the innermost frame");
	php_begin(&w, 0, frame + 8, ops, 0);
	php_frame(&w, &f);
	ok(php_line(&w) == 21, "if another register has that frame");
}

static void test_changes(void)
{
	uint64_t code, id;

	begin(l82());
	call(code = make_function(PHP_USER, "first", 0), 1, PHP_TOP);
	read_stack();
	id = stack.frame[0].id;
	put(code + 8 * PHP_FUNCTION_NAME, make_name("other"), 8);
	ok(read_stack() == INTERP_WHOLE && stack.frame[0].code == code && stack.frame[0].id != id,
	   "another function at the same address has another id");
	id = stack.frame[0].id;
	put_bytes(file + PHP_STRING_TEXT, "/opt", 4);
	ok(read_stack() == INTERP_WHOLE && stack.frame[0].id != id, "so has one of another file");
}

static void test_late(void)
{
	struct interp_frame f = { .flags = INTERP_LATE | INTERP_ENTRY };
	uint64_t other;

	begin(l82());
	other = make_function(PHP_USER, "other", 0);
	call(make_function(PHP_USER, "f", 0), 3, PHP_TOP);
	read_stack();
	f.code = stack.frame[0].code;
	f.id = word_at(innermost);
	ok(php_read_late(&process, &target, &f) && f.id == stack.frame[0].id &&
		   f.flags == INTERP_ENTRY && f.instruction == 23,
	   "a function that is read later");
	f.flags = INTERP_LATE;
	f.id = word_at(other + l82()->function_code);
	ok(!php_read_late(&process, &target, &f), "is none without the frame's instruction");
}

static void test_broken(void)
{
	static const uint64_t wild[] = { 1, 8, 0xdead0000, UINT64_MAX - 7, BASE - 4, BASE + SIZE };
	bool all = true;
	uint64_t frame;

	for (size_t i = 0; i < LEN(wild); i++) {
		begin(l82());
		call_all();
		put(target.globals + l82()->globals_frame, wild[i], 8);
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
		begin(l82());
		frame = call(make_function(PHP_USER, "f", 0), 0, PHP_TOP);
		put(frame + 8 * PHP_FUNCTION, wild[i], 8);
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
		begin(l82());
		call(make_function(PHP_USER, "f", wild[i] | 1ull << 40), 0, PHP_TOP);
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
	}
	ok(all, "pointers to anywhere are no stack");
	begin(l82());
	call(make_function(7, "f", 0), 0, 0);
	ok(read_stack() == INTERP_NO_CODE, "what is no function has no name");
	begin(l82());
	frame = call(make_function(PHP_USER, "f", 0), 0, 0);
	put(frame + 8 * PHP_CALLER, frame, 8);
	ok(read_stack() == INTERP_DEEP && stack.head.n == INTERP_MOST_FRAMES - 1,
	   "a frame that calls itself: cut off");
	put(frame + 8 * PHP_FUNCTION, 0, 8);
	ok(read_stack() == INTERP_DEEP && !stack.head.n, "so is a placeholder");
}

/* With threads, a thread-local variable points to memory with the globals. */
static void test_threads(void)
{
	uint64_t cache;

	begin(l82());
	cache = take(64);
	thread = take(64);
	put(thread + 16, cache, 8);
	target.is_threaded = 1;
	target.current.offset = 16;
	call_all();
	target.globals -= cache;
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 6, "a thread's own globals");
	put(thread + 16, 0, 8);
	ok(read_stack() == INTERP_NO_THREAD && !stack.head.n, "a thread that has run no PHP");
	thread = 0xdead0000;
	ok(read_stack() == INTERP_NO_THREAD && !stack.head.n, "or cannot be read");
}

static void test_damage(void)
{
	begin(l82());
	for (int i = 0; i < 3; i++)
		call_all();
	read_damaged(read_stack);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 18, "damaged memory does no harm");
}

int main(void)
{
	for (unsigned version = 0x0800; version <= 0x0805; version++)
		test_version(version);
	ok(!php_layout_of(0x0806) && !php_layout_of(0x0704), "other versions are not known");
	test_fiber();
	test_resumed();
	test_lines();
	test_registers();
	test_changes();
	test_late();
	test_broken();
	test_threads();
	test_damage();
	return done();
}
