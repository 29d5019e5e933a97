/* Ruby's frames, read from memory that was made up: of each version, and broken. */
#include "interp/ruby/ruby_reader.h"

#include "interp/code_names.h"
#include "interp/ruby/ruby_layouts.h"
#include "interp/ruby/ruby_lines.h"
#include "interp/ruby/ruby_walk.h"
#include "made_memory.h"
#include "tap.h"

enum { THREAD = BASE };

static struct ruby_place target;
static struct interp_stack stack;
static uint64_t context, values, control; /* the last: the next control frame */

static void begin(const struct ruby_layout *l)
{
	memset(memory, 0, sizeof(memory));
	end = 0;
	target = (struct ruby_place){ .layout = *l };
	put(take(16), 0, 8);
	context = take(256);
	values = take(4096);
	control = values + 4096;
	put(THREAD, context, 8);
	put(context, values, 8);
	put(context + 8, 4096 / 8, 8);
	put(context + 16, control, 8);
}

/* In itself where it has room, as that version has it. */
static uint64_t make_string(const char *text)
{
	uint64_t at = take(64), n = strlen(text), there = take(n);

	if (n > 15) {
		put(at, 0x05 | 1 << 13, 8);
		put(at + 16, n, 8);
		put(at + 24, there, 8);
		put_bytes(there, text, n);
		return at;
	}
	put(at, 0x05 | (target.layout.embed_at == 16 ? n << 14 : 0), 8);
	if (target.layout.embed_at != 16)
		put(at + 16, n, 8);
	put_bytes(at + target.layout.embed_at, text, n);
	return at;
}

/* Three entries, in lines 3, 4 and 5, of which the second begins at instruction 2. */
static uint64_t make_code(const char *name)
{
	const struct ruby_layout *l = &target.layout;
	uint64_t iseq = take(32), body = take(400), lines = take(64), table = take(64);
	uint64_t path = take(48);

	put(iseq, 0x1a | 7 << 12, 8);
	put(iseq + 16, body, 8);
	put(body + 4, 10, 4);
	put(body + 8, take(80), 8);
	put(path, 0x07 | 1 << 13, 8);
	put(path + 16, make_string("main.rb"), 8);
	put(body + 64, path, 8);
	put(body + 80, make_string(name), 8);
	put(body + 88, l->first_is_value ? 3 << 1 | 1 : 3, l->first_is_value ? 8 : 4);
	for (unsigned i = 0; i < 3; i++)
		put(lines + i * l->entry_size, 3 + i, 4);
	put(body + l->body_lines, lines, 8);
	put(body + l->body_nline, 3, 4);
	put(body + l->body_table, table, 8);
	put(table, 1 | 1 << 7 | 2 << 14 | 2 << 21 | 3 << 28, 8);
	return iseq;
}

static uint64_t code_start(uint64_t iseq)
{
	return word_at(word_at(iseq + 16) + 8);
}

/* Call a function: code that is at an instruction, or 0: one in C. */
static void call(uint64_t iseq, unsigned instruction, uint64_t flags)
{
	uint64_t ep = take(16);

	control -= target.layout.cfp_size;
	put(ep, flags, 8);
	put(control, iseq ? code_start(iseq) + 8 * (instruction + 1) : 0, 8);
	put(control + 16, iseq, 8);
	put(control + 32, ep, 8);
	put(context + 16, control, 8);
}

static uint32_t read_stack(void)
{
	ruby_read_stack(&process, &target, THREAD, &stack);
	return stack.head.end;
}

static bool name_is(unsigned frame, const char *name, unsigned line)
{
	struct code_names *names = malloc(sizeof(*names));
	const struct interp_frame *f = &stack.frame[frame];
	struct code_names_parts p;
	size_t size = 0;
	bool same = ruby_read_names(&process, &target, f->code, f->id, names, &size) &&
		    code_names_parse(&p, str((const char *)names, size)) &&
		    str_eq(p.name, str_of(name)) && str_eq(p.file, S("main.rb")) &&
		    p.head.line == 3 &&
		    ruby_line(p.lines, target.layout.entry_size, p.table, f->instruction) == line;

	free(names);
	return same;
}

static void call_all(void)
{
	call(make_code("<main>"), 1, 0x44440001 | 0x20);
	call(make_code("a method with a long name"), 3, 0x11110001);
	call(0, 0, 0x55550001 | 0x80);
	call(make_code("block in run"), 4, 0x22220001 | 0x20);
}

/* Where a walk begins with that stack pointer. */
static uint32_t begin_at(uint64_t stack_pointer)
{
	struct ruby_walk w = { .target = target, .memory = &process };

	return ruby_begin(&w, THREAD, stack_pointer);
}

static void test_stacks(void)
{
	uint64_t machine, top = 0x7f0000100000, size = 512 << 10;

	begin(ruby_layout_of(0x0301));
	call_all();
	machine = context + target.layout.machine;
	ok(begin_at(top) == INTERP_WHOLE, "a native stack that is not described");
	put(machine, top, 8);
	put(machine + 16, size, 8);
	ok(begin_at(top - 5000) == INTERP_WHOLE, "the native stack of the context");
	ok(begin_at(top + 5000) == INTERP_SWITCHED && begin_at(top - 2 * size) == INTERP_SWITCHED,
	   "that of another fiber");
	ok(begin_at(0) == INTERP_WHOLE, "in the kernel, it is not known");
}

static void test_version(unsigned version)
{
	begin(ruby_layout_of(version));
	call(make_code("<main>"), 0, 0x79990001 | 0x20); /* the outermost */
	call_all();
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 3, "%u.%u: frames of Ruby", version >> 8,
	   version & 255);
	ok(stack.frame[0].flags == INTERP_ENTRY && !stack.frame[1].flags &&
		   stack.frame[2].flags == INTERP_ENTRY,
	   "%u.%u: where the evaluator was entered", version >> 8, version & 255);
	ok(name_is(0, "block in run", 5) && name_is(1, "a method with a long name", 4) &&
		   name_is(2, "<main>", 3),
	   "%u.%u: names, files and lines", version >> 8, version & 255);
}

/* What a program prints that is compiled with the headers of each version. */
static void test_offsets(void)
{
	static const struct {
		unsigned version;
		uint16_t machine, frame, lines, entry;
	} measured[] = {
		{ 0x0300, 152, 56, 120, 8 },  { 0x0301, 144, 64, 120, 12 },
		{ 0x0302, 152, 64, 112, 12 }, { 0x0303, 152, 56, 112, 12 },
		{ 0x0304, 144, 56, 112, 12 }, { 0x0400, 176, 56, 112, 12 },
	};

	for (size_t i = 0; i < LEN(measured); i++) {
		const struct ruby_layout *l = ruby_layout_of(measured[i].version);

		ok(l && l->machine == measured[i].machine && l->cfp_size == measured[i].frame &&
			   l->body_lines == measured[i].lines && l->entry_size == measured[i].entry,
		   "%u.%u: offsets", measured[i].version >> 8, measured[i].version & 255);
	}
}

static void test_variable(void)
{
	uint64_t pair, vector, block;

	begin(ruby_layout_of(0x0301));
	call_all();
	pair = take(16);
	vector = take(64) + 16;
	block = take(64);
	put(vector - 16, 2, 8);
	put(pair, 2, 8);
	put(THREAD, 0, 8);
	put(THREAD + 8, vector, 8);
	put(vector + 32, block, 8);
	put(block + 24, context, 8);
	target.current = (struct tls_variable){ pair, 24, 0 };
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 3, "a library's thread-local variable");
	put(vector + 32, UINT64_MAX, 8);
	ok(read_stack() == INTERP_NO_THREAD, "one that the thread has not used yet");
	put(vector + 32, block, 8);
	put(vector - 16, 1, 8);
	ok(read_stack() == INTERP_NO_THREAD, "one of a library that the thread does not know yet");
	put(vector - 16, 2, 8);
	put(vector, 6, 8);
	target.current.generation = 7;
	ok(read_stack() == INTERP_NO_THREAD, "or whose number it knows from another one");
	target.current.generation = 6;
	ok(read_stack() == INTERP_WHOLE, "but not if the thread is up to date");
}

static void test_changes(void)
{
	uint64_t code, id;

	begin(ruby_layout_of(0x0301));
	call(code = make_code("first"), 1, 0x11110001 | 0x20);
	read_stack();
	id = stack.frame[0].id;
	end = code - BASE;
	make_code("other");
	ok(read_stack() == INTERP_WHOLE && stack.frame[0].code == code && stack.frame[0].id != id,
	   "another function at the same addresses has another id");
}

static void test_broken(void)
{
	static const uint64_t wild[] = { 1, 8, 0xdead0000, UINT64_MAX - 7, BASE - 4, BASE + SIZE };
	bool all = true;

	for (size_t i = 0; i < LEN(wild); i++) {
		begin(ruby_layout_of(0x0301));
		call_all();
		put(context + 16, wild[i], 8);
		all &= read_stack() == INTERP_UNREADABLE && !stack.head.n;
		begin(ruby_layout_of(0x0301));
		call_all();
		put(control + 16, wild[i], 8);
		all &= read_stack() != INTERP_WHOLE && !stack.head.n;
		begin(ruby_layout_of(0x0301));
		call_all();
		put(THREAD, wild[i], 8);
		all &= read_stack() != INTERP_WHOLE && !stack.head.n;
	}
	ok(all, "pointers to anywhere are no stack");
	begin(ruby_layout_of(0x0301));
	call(values, 0, 0x11110001);
	ok(read_stack() == INTERP_NO_CODE, "what is no code is no function");
}

static void test_damage(void)
{
	begin(ruby_layout_of(0x0302));
	for (int i = 0; i < 4; i++)
		call_all();
	read_damaged(read_stack);
	ok(read_stack() == INTERP_WHOLE && stack.head.n == 12, "damaged memory does no harm");
}

static void test_blocks(void)
{
	char lines[12 * 600] = { 0 }, table[48 + 80] = { 0 };
	struct str l = str(lines, sizeof(lines)), t = str(table, sizeof(table));
	uint64_t rank = 20, ranks = 3, first = 5, second = 1;

	for (uint32_t i = 0; i < 600; i++)
		memcpy(lines + 12 * i, &(uint32_t){ 100 + i }, 4);
	memcpy(table + 48, &rank, 8);
	memcpy(table + 56, &ranks, 8); /* before the second word of bits */
	memcpy(table + 64, &first, 8);
	memcpy(table + 72, &second, 8);
	ok(ruby_line(l, 12, t, 54) == 120 && ruby_line(l, 12, t, 55) == 120 &&
		   ruby_line(l, 12, t, 56) == 121 && ruby_line(l, 12, t, 54 + 64) == 123,
	   "lines of code with more than 54 instructions");
	ok(!ruby_line(l, 12, t, 54 + 512) && !ruby_line(str(lines, 0), 12, t, 60),
	   "lines beyond the tables are not known");
}

int main(void)
{
	for (unsigned version = 0x0300; version <= 0x0304; version++)
		test_version(version);
	test_version(0x0400);
	test_offsets();
	ok(!ruby_layout_of(0x0305) && !ruby_layout_of(0x0401) && !ruby_layout_of(0x0207),
	   "other versions are not known");
	test_variable();
	test_stacks();
	test_changes();
	test_broken();
	test_damage();
	test_blocks();
	return done();
}
