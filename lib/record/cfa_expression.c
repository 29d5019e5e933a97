/*
 * DWARF expressions (DWARF 5, 2.5) as far as they describe a CFA: arithmetic on
 * registers and memory. Needed for a handful of hand-written routines.
 */
#include "record/cfi.h"

enum { MOST_STACK = 64, MOST_OPS = 1000 };

struct machine {
	uint64_t stack[MOST_STACK];
	size_t n;
	struct dwarf_bytes d;
	const struct cfi_context *context;
	bool bad;
};

static void push(struct machine *m, uint64_t v)
{
	if (m->n == MOST_STACK)
		m->bad = true;
	else
		m->stack[m->n++] = v;
}

static uint64_t pop(struct machine *m)
{
	if (m->n)
		return m->stack[--m->n];
	m->bad = true;
	return 0;
}

static uint64_t peek(struct machine *m, uint64_t depth)
{
	if (depth < m->n)
		return m->stack[m->n - 1 - depth];
	m->bad = true;
	return 0;
}

static void push_register(struct machine *m, uint64_t reg)
{
	int64_t offset = cursor_sleb(&m->d.c);

	if (reg < ARCH_REGS && m->context->known >> reg & 1)
		push(m, m->context->regs[reg] + (uint64_t)offset);
	else
		m->bad = true;
}

static void deref(struct machine *m)
{
	uint64_t word = 0;

	m->bad |= !m->context->read(m->context->context, pop(m), &word);
	push(m, word);
}

/* Operations on the two topmost values; b is the topmost. */
static uint64_t binary(struct machine *m, uint8_t op, uint64_t a, uint64_t b)
{
	switch (op) {
	case 0x1a: return a & b;
	case 0x1b:
		if ((int64_t)b == 0 || (a == (uint64_t)INT64_MIN && (int64_t)b == -1))
			break;
		return (uint64_t)((int64_t)a / (int64_t)b);
	case 0x1c: return a - b;
	case 0x1d: return b ? a % b : (m->bad = true, 0);
	case 0x1e: return a * b;
	case 0x21: return a | b;
	case 0x22: return a + b;
	case 0x24: return b < 64 ? a << b : 0;
	case 0x25: return b < 64 ? a >> b : 0;
	case 0x26: return (uint64_t)((int64_t)a >> (b < 64 ? b : 63));
	case 0x27: return a ^ b;
	case 0x29: return a == b;
	case 0x2a: return (int64_t)a >= (int64_t)b;
	case 0x2b: return (int64_t)a > (int64_t)b;
	case 0x2c: return (int64_t)a <= (int64_t)b;
	case 0x2d: return (int64_t)a < (int64_t)b;
	case 0x2e: return a != b;
	}
	m->bad = true;
	return 0;
}

static bool is_binary(uint8_t op)
{
	return (op >= 0x1a && op <= 0x27 && op != 0x1f && op != 0x20 && op != 0x23) ||
	       (op >= 0x29 && op <= 0x2e);
}

/* Constants, DW_OP_const1u (0x08) to DW_OP_consts (0x11). */
static uint64_t constant(struct machine *m, uint8_t op)
{
	static const uint8_t size[] = { 1, 1, 2, 2, 4, 4, 8, 8 };

	if (op == 0x10)
		return cursor_uleb(&m->d.c);
	if (op == 0x11)
		return (uint64_t)cursor_sleb(&m->d.c);
	op -= 0x08;
	return op & 1 ? (uint64_t)cursor_signed(&m->d.c, size[op]) : cursor_int(&m->d.c, size[op]);
}

static void branch(struct machine *m, uint64_t taken)
{
	int64_t by = cursor_signed(&m->d.c, 2);

	if (!taken)
		return;
	if (by < m->d.start - m->d.c.at || by > m->d.c.end - m->d.c.at)
		m->bad = true;
	else
		m->d.c.at += by;
}

static void run_stack(struct machine *m, uint8_t op)
{
	uint64_t a, b;

	switch (op) {
	case 0x12: push(m, peek(m, 0)); break;
	case 0x13: pop(m); break;
	case 0x14: push(m, peek(m, 1)); break;
	case 0x15: push(m, peek(m, cursor_int(&m->d.c, 1))); break;
	case 0x16:
		b = pop(m);
		a = pop(m);
		push(m, b);
		push(m, a);
		break;
	case 0x19:
		a = pop(m);
		push(m, (int64_t)a < 0 ? 0 - a : a);
		break;
	case 0x1f: push(m, 0 - pop(m)); break;
	case 0x20: push(m, ~pop(m)); break;
	case 0x23:
		a = pop(m);
		push(m, a + cursor_uleb(&m->d.c));
		break;
	case 0x28: branch(m, pop(m)); break;
	case 0x2f: branch(m, 1); break;
	case 0x96: break; /* DW_OP_nop */
	default: m->bad = true;
	}
}

static void run(struct machine *m, uint8_t op)
{
	uint64_t b;

	if (op == 0x06) {
		deref(m);
	} else if (op >= 0x08 && op <= 0x11) {
		push(m, constant(m, op));
	} else if (op >= 0x30 && op <= 0x4f) { /* DW_OP_lit0 ... 31 */
		push(m, op - 0x30u);
	} else if (op >= 0x70 && op <= 0x8f) {
		push_register(m, op - 0x70u);
	} else if (op == 0x92) {
		push_register(m, cursor_uleb(&m->d.c));
	} else if (is_binary(op)) {
		b = pop(m);
		push(m, binary(m, op, pop(m), b));
	} else {
		run_stack(m, op);
	}
}

bool cfi_expression(const struct cfi *c, const struct rule *rule, const struct cfi_context *context,
		    uint64_t *cfa)
{
	struct machine m = { .context = context };
	uint64_t length;

	m.d = dwarf_bytes(c->section, c->address);
	cursor_skip(&m.d.c, (uint32_t)rule->cfa_offset);
	length = cursor_uleb(&m.d.c);
	if (length > cursor_left(&m.d.c))
		return false;
	m.d.start = m.d.c.at;
	m.d.c.end = m.d.c.at + length;
	for (int n = 0; m.d.c.at < m.d.c.end && !m.bad && !m.d.c.failed; n++) {
		if (n == MOST_OPS)
			return false;
		run(&m, (uint8_t)cursor_int(&m.d.c, 1));
	}
	*cfa = pop(&m);
	return !m.bad && !m.d.c.failed;
}
