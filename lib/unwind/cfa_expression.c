/*
 * Evaluates the DWARF expressions (DWARF 5, 2.5) that describe a CFA: arithmetic on registers and
 * memory. A few hand-written routines need them.
 */
#include <dwarf.h>

#include "unwind/cfi.h"

enum { MOST_STACK = 64, MOST_OPS = 1000 };

struct expression {
	uint64_t stack[MOST_STACK];
	size_t n;
	struct cursor d;
	const struct cfi_context *context;
	bool bad;
};

static void push(struct expression *m, uint64_t v)
{
	if (m->n == MOST_STACK)
		m->bad = true;
	else
		m->stack[m->n++] = v;
}

static uint64_t pop(struct expression *m)
{
	if (m->n)
		return m->stack[--m->n];
	m->bad = true;
	return 0;
}

static uint64_t peek(struct expression *m, uint64_t depth)
{
	if (depth < m->n)
		return m->stack[m->n - 1 - depth];
	m->bad = true;
	return 0;
}

static void push_register(struct expression *m, uint64_t reg)
{
	int64_t offset = cursor_sleb(&m->d);

	if (reg < ARCH_REGS && m->context->known >> reg & 1)
		push(m, m->context->regs[reg] + (uint64_t)offset);
	else
		m->bad = true;
}

static void deref(struct expression *m)
{
	uint64_t word = 0;

	m->bad |= !m->context->read(m->context->context, pop(m), &word);
	push(m, word);
}

/* Operations on the two topmost values; b is the topmost. False for any other operation. */
static bool apply_binary(struct expression *m, uint8_t op, uint64_t a, uint64_t b, uint64_t *v)
{
	switch (op) {
	case DW_OP_and: *v = a & b; return true;
	case DW_OP_div:
		m->bad |= !b || (a == (uint64_t)INT64_MIN && (int64_t)b == -1);
		*v = m->bad ? 0 : (uint64_t)((int64_t)a / (int64_t)b);
		return true;
	case DW_OP_minus: *v = a - b; return true;
	case DW_OP_mod:
		m->bad |= !b;
		*v = b ? a % b : 0;
		return true;
	case DW_OP_mul: *v = a * b; return true;
	case DW_OP_or: *v = a | b; return true;
	case DW_OP_plus: *v = a + b; return true;
	case DW_OP_shl: *v = b < 64 ? a << b : 0; return true;
	case DW_OP_shr: *v = b < 64 ? a >> b : 0; return true;
	case DW_OP_shra: *v = (uint64_t)((int64_t)a >> (b < 64 ? b : 63)); return true;
	case DW_OP_xor: *v = a ^ b; return true;
	case DW_OP_eq: *v = a == b; return true;
	case DW_OP_ge: *v = (int64_t)a >= (int64_t)b; return true;
	case DW_OP_gt: *v = (int64_t)a > (int64_t)b; return true;
	case DW_OP_le: *v = (int64_t)a <= (int64_t)b; return true;
	case DW_OP_lt: *v = (int64_t)a < (int64_t)b; return true;
	case DW_OP_ne: *v = a != b; return true;
	}
	return false;
}

static bool is_binary(uint8_t op)
{
	struct expression unused = { .n = 0 };
	uint64_t v;

	return apply_binary(&unused, op, 1, 1, &v);
}

/* DW_OP_const1u ... DW_OP_const8s have one, two, four or eight bytes. */
static uint64_t constant(struct expression *m, uint8_t op)
{
	unsigned size = 1u << (op - DW_OP_const1u) / 2;

	switch (op) {
	case DW_OP_constu: return cursor_uleb(&m->d);
	case DW_OP_consts: return (uint64_t)cursor_sleb(&m->d);
	case DW_OP_const1s:
	case DW_OP_const2s:
	case DW_OP_const4s:
	case DW_OP_const8s: return (uint64_t)cursor_signed(&m->d, size);
	default: return cursor_int(&m->d, size);
	}
}

static void branch(struct expression *m, uint64_t taken)
{
	int64_t by = cursor_signed(&m->d, 2);

	if (!taken)
		return;
	if (by < m->d.start - m->d.at || by > m->d.end - m->d.at)
		m->bad = true;
	else
		m->d.at += by;
}

static void run_stack(struct expression *m, uint8_t op)
{
	uint64_t a, b;

	switch (op) {
	case DW_OP_dup: push(m, peek(m, 0)); break;
	case DW_OP_drop: pop(m); break;
	case DW_OP_over: push(m, peek(m, 1)); break;
	case DW_OP_pick: push(m, peek(m, cursor_int(&m->d, 1))); break;
	case DW_OP_swap:
		b = pop(m);
		a = pop(m);
		push(m, b);
		push(m, a);
		break;
	case DW_OP_abs:
		a = pop(m);
		push(m, (int64_t)a < 0 ? 0 - a : a);
		break;
	case DW_OP_neg: push(m, 0 - pop(m)); break;
	case DW_OP_not: push(m, ~pop(m)); break;
	case DW_OP_plus_uconst:
		a = pop(m);
		push(m, a + cursor_uleb(&m->d));
		break;
	case DW_OP_bra: branch(m, pop(m)); break;
	case DW_OP_skip: branch(m, 1); break;
	case DW_OP_nop: break;
	default: m->bad = true;
	}
}

static void run(struct expression *m, uint8_t op)
{
	uint64_t a, b, v = 0;

	if (op == DW_OP_deref) {
		deref(m);
	} else if (op >= DW_OP_const1u && op <= DW_OP_consts) {
		push(m, constant(m, op));
	} else if (op >= DW_OP_lit0 && op <= DW_OP_lit31) {
		push(m, op - DW_OP_lit0);
	} else if (op >= DW_OP_breg0 && op <= DW_OP_breg31) {
		push_register(m, op - DW_OP_breg0);
	} else if (op == DW_OP_bregx) {
		push_register(m, cursor_uleb(&m->d));
	} else if (is_binary(op)) {
		b = pop(m);
		a = pop(m);
		apply_binary(m, op, a, b, &v);
		push(m, v);
	} else {
		run_stack(m, op);
	}
}

bool cfi_expression(const struct cfi *c, const struct rule *rule, const struct cfi_context *context,
		    uint64_t *cfa)
{
	struct expression m = { .context = context };
	uint64_t length;

	m.d = cursor_at(c->section, c->address);
	cursor_skip(&m.d, (uint32_t)rule->cfa_offset);
	length = cursor_uleb(&m.d);
	if (length > cursor_left(&m.d))
		return false;
	m.d.start = m.d.at;
	m.d.end = m.d.at + length;
	for (int n = 0; m.d.at < m.d.end && !m.bad && !m.d.failed; n++) {
		if (n == MOST_OPS)
			return false;
		run(&m, (uint8_t)cursor_int(&m.d, 1));
	}
	*cfa = pop(&m);
	return !m.bad && !m.d.failed;
}
