/*
 * Searches backwards for the nearest instructions that make a frame. They are, with r a register
 * and N a number:
 *
 *	push %rbp; mov %rsp, %rbp                        nearly all that keep a frame pointer
 *	push %rbp; push r ...; sub $N, %rsp; lea N(%rsp), %rbp                            .NET
 *	push %rbp; push r ...; sub $N, %rsp                     HotSpot, LLVM: a fixed size
 *	sub $N, %rsp; mov %rbp, N(%rsp)                         HotSpot: a fixed size
 *	sub $N, %rsp                                            its stubs; but also within functions
 *
 * A frame is not there before these instructions, and in the last ones of a function.
 */
#include "unwind/generated.h"

#include "base/str.h"

enum {
	BEFORE = 7,          /* bytes that a call may have */
	AFTER = 32,          /* bytes that tell whether the function is about to return */
	FARTHEST = 64 << 10, /* functions are rarely larger */
	LIFETIME = 4096,     /* stacks, before code is read anew */
	LARGEST_FRAME = 1 << 20,
};

struct frame {
	enum generated_frame kind;
	bool is_resumed;
	uint32_t size, fp_at;
	size_t length; /* of the instructions that make it */
	uint64_t start, inner_start;
	uint32_t inner_size;
};

static struct frame fixed(uint32_t size, uint32_t fp_at)
{
	return (struct frame){ .kind = GENERATED_BY_SIZE, .size = size, .fp_at = fp_at };
}

static bool skip(struct str *code, struct str what)
{
	if (!str_starts(*code, what))
		return false;
	*code = str_skip(*code, what.n);
	return true;
}

/* An immediate value of one byte, or of four. */
static bool take_number(struct str *code, size_t bytes, uint32_t *n)
{
	int32_t value = 0;

	if (code->n < bytes)
		return false;
	if (bytes == 1)
		value = (int8_t)code->p[0];
	else
		memcpy(&value, code->p, sizeof(value));
	*code = str_skip(*code, bytes);
	*n = (uint32_t)value;
	return value >= 0 && value < LARGEST_FRAME;
}

/* sub $N, %rsp */
static bool take_sub(struct str *code, uint32_t *n)
{
	return (skip(code, S("\x48\x83\xec")) && take_number(code, 1, n)) ||
	       (skip(code, S("\x48\x81\xec")) && take_number(code, 4, n));
}

static bool skip_mov_fp(struct str *code)
{
	return skip(code, S("\x48\x89\xe5")) || skip(code, S("\x48\x8b\xec"));
}

static bool skip_push(struct str *code)
{
	struct str rest = *code;

	skip(&rest, S("\x41"));
	if (!rest.n || (rest.p[0] & 0xf8) != 0x50)
		return false;
	*code = str_skip(rest, 1);
	return true;
}

static size_t skip_pushes(struct str *code)
{
	size_t n = 0;

	while (skip_push(code))
		n++;
	return n;
}

static bool is_lea_fp(struct str code)
{
	return str_starts(code, S("\x48\x8d\x6c\x24")) || str_starts(code, S("\x48\x8d\xac\x24")) ||
	       str_starts(code, S("\x48\x89\xe5"));
}

/* Instructions that begin with "push %rbp". */
static bool read_pushes(struct str code, struct frame *f)
{
	const char *start = code.p;
	uint32_t pushes, n = 0;
	bool has_sub, by_fp;

	code = str_skip(code, 1);
	*f = (struct frame){ .kind = GENERATED_BY_FP, .length = 4 };
	if (skip_mov_fp(&code))
		return true;
	pushes = 1 + (uint32_t)skip_pushes(&code);
	skip(&code, S("\xc5\xf8\x77")); /* vzeroupper */
	has_sub = take_sub(&code, &n);
	by_fp = is_lea_fp(code);
	if (!by_fp)
		*f = fixed(8 * pushes + n, 8);
	f->length = (size_t)(code.p - start) + (by_fp ? 3 : 0);
	return by_fp || has_sub || pushes > 2;
}

/* sub $N, %rsp; mov %rbp, N(%rsp) */
static bool read_sub(struct str code, struct frame *f)
{
	const char *start = code.p;
	uint32_t n, at = 0;

	if (!take_sub(&code, &n))
		return false;
	if (!(skip(&code, S("\x48\x89\x6c\x24")) && take_number(&code, 1, &at)) &&
	    !(skip(&code, S("\x48\x89\xac\x24")) && take_number(&code, 4, &at)))
		return false;
	*f = fixed(n, n - at);
	f->length = (size_t)(code.p - start);
	return at < n;
}

/* Do instructions that make a frame begin here? */
static bool read_frame(struct str code, struct frame *f)
{
	return str_starts(code, S("\x55")) ? read_pushes(code, f) : read_sub(code, f);
}

/* The frame as far as these instructions, the first of those that make it, have made it. */
static struct frame part_of_frame(struct str code)
{
	bool saves_fp = str_starts(code, S("\x55"));
	uint32_t size = 8 * (uint32_t)skip_pushes(&code), n = 0;

	if (take_sub(&code, &n))
		size += n;
	return fixed(size, saves_fp ? 8 : 0);
}

/* HotSpot touches the stack far below before it makes a frame: mov %eax, -N(%rsp). */
static bool is_before_frame(struct str code)
{
	struct frame f;

	if (skip(&code, S("\x89\x84\x24")))
		code = code.n > 4 ? str_skip(code, 4) : S("");
	return read_frame(code, &f);
}

static bool skip_pop(struct str *code, bool *is_fp)
{
	struct str rest = *code;
	bool has_prefix = skip(&rest, S("\x41"));

	if (!rest.n || (rest.p[0] & 0xf8) != 0x58)
		return false;
	*is_fp = !has_prefix && rest.p[0] == 0x5d;
	*code = str_skip(rest, 1);
	return true;
}

/* Does the code return, after checks that change no stack? HotSpot asks whether to stop there. */
static bool is_about_to_return(struct str code)
{
	skip(&code, S("\xc5\xf8\x77"));
	if (skip(&code, S("\x49\x3b\x67"))) /* cmp N(%r15), %rsp */
		code = code.n > 1 ? str_skip(code, 1) : S("");
	else if (skip(&code, S("\x49\x3b\xa7")))
		code = code.n > 4 ? str_skip(code, 4) : S("");
	if (skip(&code, S("\x0f\x87"))) /* ja */
		code = code.n > 4 ? str_skip(code, 4) : S("");
	return str_starts(code, S("\xc3"));
}

/* Is an interrupted function about to make its frame, or to return? */
static bool read_edge(struct str code, struct frame *f)
{
	uint32_t pops = 0;
	bool restores_fp = false;

	if (is_before_frame(code)) {
		*f = fixed(0, 0);
		return true;
	}
	for (; skip_pop(&code, &restores_fp); pops++)
		;
	*f = fixed(8 * pops, restores_fp ? 8 : 0);
	return (restores_fp || !pops) && is_about_to_return(code);
}

/*
 * Does the code take its stack pointer from the frame pointer? HotSpot's interpreter does, where
 * compiled code returns to it; it does not call that code, but pushes a return address and jumps.
 * mov -N(%rbp), %rsp; or mov -N(%rbp), %rcx; lea 0(%rbp,%rcx,8), %rsp
 */
static bool restores_stack(struct str code)
{
	if (str_starts(code, S("\x48\x8b\x65")))
		return true;
	return str_starts(code, S("\x48\x8b\x4d")) &&
	       str_starts(str_skip(code, min_size(4, code.n)), S("\x48\x8d\x64\xcd\x00"));
}

/* Calls may need a stack that is aligned: after them, more than the frame is taken back. */
static void add_alignment(struct str code, struct frame *f)
{
	if (f->kind == GENERATED_BY_SIZE && str_starts(code, S("\x48\x83\xc4\x08")) &&
	    !str_starts(str_skip(code, 4), S("\x5d")) && f->size >= 24)
		f->size += 8;
}

/* Searches backwards from code.p[executed]. */
static bool search_frame(struct str code, size_t executed, struct frame *f)
{
	uint32_t inner = 0, n;
	size_t inner_start = 0;

	for (size_t i = executed; i-- > 0;) {
		uint8_t byte = (uint8_t)code.p[i];
		struct str from = str_skip(code, i);

		if (byte != 0x55 && byte != 0x48)
			continue;
		if (read_frame(from, f)) {
			if (i + f->length > executed)
				*f = part_of_frame(str(code.p + i, executed - i));
			f->start = i;
			f->inner_size = inner;
			f->inner_start = inner_start;
			return true;
		}
		if (!inner && take_sub(&from, &n) && from.p <= code.p + executed) {
			inner = n;
			inner_start = i;
		}
	}
	return false;
}

/*
 * Reads the code before and at an address into bytes[FARTHEST + AFTER], ever more of it, until a
 * frame is found.
 */
static struct frame find_frame(const struct address_space *space, const struct region *r,
			       uint64_t address, bool is_return, uint8_t *bytes, uint8_t *before)
{
	struct frame f = { .kind = GENERATED_UNSEEN };

	for (size_t want = 1 << 10; want <= FARTHEST; want *= 8) {
		size_t back = min_size(want, (size_t)(address - r->start)), n;
		size_t all = back + min_size(AFTER, (size_t)(r->end - address));
		struct str next;

		n = space->read(space->context, address - back, bytes, all);
		if (n < all)
			return f;
		next = (struct str){ (const char *)bytes + back, all - back };
		if (back >= BEFORE)
			memcpy(before, bytes + back - BEFORE, BEFORE);
		if (is_return ? restores_stack(next) : read_edge(next, &f)) {
			if (is_return)
				f = (struct frame){ GENERATED_BY_FP, .is_resumed = true };
			return f;
		}
		if (search_frame((struct str){ (const char *)bytes, all }, back, &f)) {
			add_alignment(is_return ? next : S(""), &f);
			f.start += address - back;
			f.inner_start += address - back;
			return f;
		}
		f = (struct frame){ .kind = GENERATED_UNKNOWN };
		if (back < want)
			break;
	}
	return f;
}

/* jmp *operand; of a file's code, jmp *%register alone, by which functions end. */
static bool is_jump(const uint8_t *code, bool is_file)
{
	return code[0] == 0xff && (code[1] & (is_file ? 0xf8 : 0x38)) == (is_file ? 0xe0 : 0x20);
}

bool generated_may_lead_to(const struct address_space *space, const struct region *r,
			   uint64_t address, uint32_t size)
{
	enum { STUB = 256, FILE_FUNCTION = 2048 };
	char bytes[FILE_FUNCTION];
	size_t n = min_size(r->module ? FILE_FUNCTION : STUB, (size_t)(r->end - address));
	struct frame f;

	n = space->read ? space->read(space->context, address, bytes, n) : 0;
	if (n && (uint8_t)bytes[0] == 0xe9)
		return true; /* a function that another has replaced */
	for (size_t i = 0; i + 1 < n; i++) {
		if (is_jump((const uint8_t *)bytes + i, r->module))
			return true;
		if (!r->module && read_frame(str(bytes + i, n - i), &f) &&
		    f.kind == GENERATED_BY_SIZE)
			return f.size == size;
	}
	return false;
}

bool generated_keeps_fp(const struct generated *g, int pid, bool otherwise)
{
	enum { MANY = 8 }; /* of the other kind, so that a misread function does not decide */

	for (size_t i = 0; i < LEN(g->process); i++)
		if (g->process[i].pid == pid)
			return g->process[i].by_fp > MANY * g->process[i].by_size;
	return otherwise;
}

void generated_count(struct generated *g, int pid, bool by_fp)
{
	struct generated_process *p = g->process;

	while (p < g->process + LEN(g->process) && p->pid != pid)
		p++;
	if (p == g->process + LEN(g->process)) {
		p = &g->process[g->nprocess++ % LEN(g->process)];
		*p = (struct generated_process){ .pid = pid };
	}
	p->by_fp += by_fp;
	p->by_size += !by_fp;
}

/* Counts what makes a frame; places before and after that say nothing. */
static void count_frame(struct generated *g, int pid, const struct frame *f)
{
	if (f->kind == GENERATED_BY_FP ? !f->is_resumed : f->kind == GENERATED_BY_SIZE && f->start)
		generated_count(g, pid, f->kind == GENERATED_BY_FP);
}

const struct generated_code *generated_code_at(struct generated *g,
					       const struct address_space *space, int pid,
					       const struct region *r, uint64_t address,
					       bool is_return)
{
	uint64_t key = address | (uint64_t)is_return << 63;
	uint64_t hash = (key ^ (uint64_t)pid << 40 ^ (uint64_t)is_return) * 0x9e3779b97f4a7c15;
	struct frame f = { .kind = GENERATED_UNSEEN };
	uint8_t before[BEFORE] = { 0 };
	struct generated_code *c;
	bool is_same;

	if (!g->code) {
		g->code = mem_zeroed((size_t)1 << GENERATED_BITS, sizeof(*g->code));
		g->bytes = mem_zeroed(FARTHEST + AFTER, 1);
	}
	c = &g->code[hash >> (64 - GENERATED_BITS)];
	is_same = c->key == key && c->pid == pid;
	if (is_same && (int32_t)(c->expires - g->now) > 0)
		return c;
	if (space->read)
		f = find_frame(space, r, address, is_return, g->bytes, before);
	if (is_same && f.kind == GENERATED_UNSEEN)
		return c; /* the process has ended */
	*c = (struct generated_code){
		.key = key,
		.pid = pid,
		.frame = (uint8_t)f.kind,
		.is_resumed = f.is_resumed,
		.size = f.size,
		.fp_at = f.fp_at,
		.start = f.start,
		.inner_size = f.inner_size,
		.inner_start = f.inner_start,
		.expires = g->now + LIFETIME,
	};
	memcpy(c->before, before, sizeof(before));
	count_frame(g, pid, &f);
	return c;
}

void generated_release(struct generated *g)
{
	if (!g->code)
		return;
	mem_free(g->code, ((size_t)1 << GENERATED_BITS) * sizeof(*g->code));
	mem_free(g->bytes, FARTHEST + AFTER);
	*g = (struct generated){ 0 };
}
