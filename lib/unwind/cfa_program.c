#include "unwind/cfa_program.h"

#include <dwarf.h>

enum {
	MOST_REMEMBERED = 64,
	MOST_INSTRUCTIONS = 1 << 16, /* of one program, hostile ones included */
	/* An advance, offset or restore: the upper two bits; a number in the lower six. */
	PRIMARY = 0xc0,
	OPERAND = 0x3f,
	/* Not yet in every dwarf.h; like DW_CFA_AARCH64_negate_ra_state, but with the PC. */
	AARCH64_NEGATE_RA_STATE_WITH_PC = 0x2c,
};

/* How a register's value in the caller is found. */
struct saved_register {
	enum { SAME, UNDEFINED, AT_CFA_OFFSET, AT_EXPRESSION, OTHER } kind;
	int64_t offset;
	struct str expression;
};

/* A row of the table that the program describes. */
struct row {
	bool cfa_is_expression;
	uint64_t cfa_register;
	int64_t cfa_offset;
	struct str cfa_expression; /* with its length before it */
	struct saved_register fp, ra;
};

struct cfa_machine {
	const struct fde *fde;
	const struct arch *arch;
	uint64_t location, wanted;
	struct row row, initial;
	struct row remembered[MOST_REMEMBERED];
	size_t nremembered;
	struct saved_register untracked; /* for registers that nobody asks for */
	bool bad;
};

static struct saved_register *saved_of(struct cfa_machine *m, uint64_t reg)
{
	if (reg == m->arch->fp)
		return &m->row.fp;
	return reg == m->fde->cie.ra ? &m->row.ra : &m->untracked;
}

static void save_at(struct cfa_machine *m, uint64_t reg, int64_t offset)
{
	*saved_of(m, reg) = (struct saved_register){ .kind = AT_CFA_OFFSET, .offset = offset };
}

static void restore(struct cfa_machine *m, uint64_t reg)
{
	if (reg == m->arch->fp)
		m->row.fp = m->initial.fp;
	else if (reg == m->fde->cie.ra)
		m->row.ra = m->initial.ra;
}

static struct str read_block(struct dwarf_bytes *d)
{
	uint64_t n = cursor_uleb(&d->c);
	const char *p = (const char *)d->c.at;

	cursor_skip(&d->c, n);
	return d->c.failed ? S("") : str(p, (size_t)n);
}

static struct str sized_block(struct dwarf_bytes *d)
{
	const char *p = (const char *)d->c.at;
	struct str s = read_block(d);

	return str(p, s.n ? (size_t)(s.p + s.n - p) : 0);
}

static void set_expression(struct cfa_machine *m, uint64_t reg, struct str expression)
{
	*saved_of(m, reg) = (struct saved_register){ .kind = AT_EXPRESSION,
						     .expression = expression };
}

static void define_cfa(struct cfa_machine *m, uint64_t reg, int64_t offset)
{
	m->row.cfa_is_expression = false;
	m->row.cfa_register = reg;
	m->row.cfa_offset = offset;
}

static void remember(struct cfa_machine *m)
{
	if (m->nremembered == MOST_REMEMBERED)
		m->bad = true;
	else
		m->remembered[m->nremembered++] = m->row;
}

static void recall(struct cfa_machine *m)
{
	if (!m->nremembered)
		m->bad = true;
	else
		m->row = m->remembered[--m->nremembered];
}

/* Go on to a later address. False when the wanted one has been passed. */
static bool advance(struct cfa_machine *m, uint64_t delta)
{
	m->location += delta * m->fde->cie.code_align;
	return m->location <= m->wanted;
}

/* A factored offset; what overflows does not fit() later, or is nonsense in any case. */
static int64_t factored(const struct cfa_machine *m, uint64_t v)
{
	return (int64_t)(v * (uint64_t)m->fde->cie.data_align);
}

/* The instructions about registers; false for one that is not among them. */
static bool run_register(struct cfa_machine *m, uint8_t op, struct dwarf_bytes *d)
{
	uint64_t reg;

	switch (op) {
	case DW_CFA_offset_extended:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, cursor_uleb(&d->c)));
		return true;
	case DW_CFA_offset_extended_sf:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, (uint64_t)cursor_sleb(&d->c)));
		return true;
	case DW_CFA_GNU_negative_offset_extended:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, 0 - cursor_uleb(&d->c)));
		return true;
	case DW_CFA_restore_extended: restore(m, cursor_uleb(&d->c)); return true;
	case DW_CFA_undefined: saved_of(m, cursor_uleb(&d->c))->kind = UNDEFINED; return true;
	case DW_CFA_same_value: saved_of(m, cursor_uleb(&d->c))->kind = SAME; return true;
	case DW_CFA_register:
	case DW_CFA_val_offset:
		saved_of(m, cursor_uleb(&d->c))->kind = OTHER;
		cursor_uleb(&d->c);
		return true;
	case DW_CFA_val_offset_sf:
		saved_of(m, cursor_uleb(&d->c))->kind = OTHER;
		cursor_sleb(&d->c);
		return true;
	case DW_CFA_expression:
		reg = cursor_uleb(&d->c);
		set_expression(m, reg, read_block(d));
		return true;
	case DW_CFA_val_expression:
		saved_of(m, cursor_uleb(&d->c))->kind = OTHER;
		read_block(d);
		return true;
	}
	return false;
}

/* The instructions about the CFA, and all others that stay at their address. */
static void run_other(struct cfa_machine *m, uint8_t op, struct dwarf_bytes *d)
{
	uint64_t reg;

	switch (op) {
	case DW_CFA_nop: break;
	case DW_CFA_remember_state: remember(m); break;
	case DW_CFA_restore_state: recall(m); break;
	case DW_CFA_def_cfa:
		reg = cursor_uleb(&d->c);
		define_cfa(m, reg, (int64_t)cursor_uleb(&d->c));
		break;
	case DW_CFA_def_cfa_sf:
		reg = cursor_uleb(&d->c);
		define_cfa(m, reg, factored(m, (uint64_t)cursor_sleb(&d->c)));
		break;
	case DW_CFA_def_cfa_register: m->row.cfa_register = cursor_uleb(&d->c); break;
	case DW_CFA_def_cfa_offset: m->row.cfa_offset = (int64_t)cursor_uleb(&d->c); break;
	case DW_CFA_def_cfa_offset_sf:
		m->row.cfa_offset = factored(m, (uint64_t)cursor_sleb(&d->c));
		break;
	case DW_CFA_def_cfa_expression:
		m->row.cfa_is_expression = true;
		m->row.cfa_expression = sized_block(d);
		break;
	case DW_CFA_GNU_args_size: cursor_uleb(&d->c); break;
	case AARCH64_NEGATE_RA_STATE_WITH_PC:
	case DW_CFA_AARCH64_negate_ra_state: break; /* the address is masked anyway */
	default: m->bad = true;
	}
}

/* The instructions that go on to later addresses. */
static bool is_advance(uint8_t op)
{
	return (op & PRIMARY) == DW_CFA_advance_loc ||
	       (op >= DW_CFA_set_loc && op <= DW_CFA_advance_loc4);
}

static bool run_advance(struct cfa_machine *m, uint8_t op, struct dwarf_bytes *d)
{
	switch (op) {
	case DW_CFA_set_loc:
		m->location = dwarf_pointer(d, m->fde->cie.pointers, 0);
		return m->location <= m->wanted;
	case DW_CFA_advance_loc1: return advance(m, cursor_int(&d->c, 1));
	case DW_CFA_advance_loc2: return advance(m, cursor_int(&d->c, 2));
	case DW_CFA_advance_loc4: return advance(m, cursor_int(&d->c, 4));
	default: return advance(m, op & OPERAND);
	}
}

/* Run a program up to the wanted address. */
static void run(struct cfa_machine *m, struct dwarf_bytes d)
{
	for (int n = 0; d.c.at < d.c.end && !m->bad && !d.c.failed; n++) {
		uint8_t op = (uint8_t)cursor_int(&d.c, 1);

		if (n == MOST_INSTRUCTIONS)
			m->bad = true;
		if (is_advance(op)) {
			if (!run_advance(m, op, &d))
				return;
		} else if ((op & PRIMARY) == DW_CFA_offset) {
			save_at(m, op & OPERAND, factored(m, cursor_uleb(&d.c)));
		} else if ((op & PRIMARY) == DW_CFA_restore) {
			restore(m, op & OPERAND);
		} else if (!run_register(m, op, &d)) {
			run_other(m, op, &d);
		}
	}
	m->bad |= d.c.failed;
}

/* From the row to a rule */

/* "breg + offset", and perhaps "deref", and perhaps "+ constant". */
struct simple {
	uint64_t reg;
	int64_t offset, plus;
	bool deref;
};

static bool is_simple(struct str expression, struct simple *s)
{
	struct dwarf_bytes d = dwarf_bytes(expression, 0);
	uint8_t op = (uint8_t)cursor_int(&d.c, 1);

	*s = (struct simple){ 0 };
	if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
		s->reg = op - DW_OP_breg0;
	else if (op == DW_OP_bregx)
		s->reg = cursor_uleb(&d.c);
	else
		return false;
	s->offset = cursor_sleb(&d.c);
	while (d.c.at < d.c.end && !d.c.failed) {
		op = (uint8_t)cursor_int(&d.c, 1);
		if (op == DW_OP_deref && !s->deref)
			s->deref = true;
		else if (op == DW_OP_plus_uconst && s->deref)
			s->plus = (int64_t)((uint64_t)s->plus + cursor_uleb(&d.c));
		else if (op == DW_OP_plus_uconst)
			s->offset = (int64_t)((uint64_t)s->offset + cursor_uleb(&d.c));
		else
			return false;
	}
	return !d.c.failed;
}

static bool fits(int64_t v)
{
	return v >= INT32_MIN && v <= INT32_MAX;
}

static enum rule_place saved_place(const struct arch *arch, const struct saved_register *p,
				   int32_t *offset)
{
	struct simple s;

	switch (p->kind) {
	case SAME: return AT_SAME;
	case AT_CFA_OFFSET: *offset = (int32_t)p->offset; return fits(p->offset) ? AT_CFA : AT_LOST;
	case AT_EXPRESSION:
		if (!is_simple(p->expression, &s) || s.deref || !fits(s.offset))
			return AT_LOST;
		*offset = (int32_t)s.offset;
		return s.reg == arch->sp ? AT_SP : s.reg == arch->fp ? AT_FP : AT_LOST;
	default: return AT_LOST;
	}
}

/* ld's PLT: CFA = SP + 8 + ((PC & 15) >= 11 ? 8 : 0). */
static bool is_plt(struct str expression)
{
	static const uint8_t plt[] = {
		DW_OP_breg7, 8,        DW_OP_breg16, 0,         DW_OP_lit15, DW_OP_and,
		DW_OP_lit11, DW_OP_ge, DW_OP_lit3,   DW_OP_shl, DW_OP_plus,
	};

	return str_eq(expression, str((const char *)plt, sizeof(plt)));
}

/* RA is where calls leave it, so that its offset may hold something else. */
static bool is_usual_ra(const struct rule *r)
{
	return r->ra == AT_CFA && r->ra_offset == -8;
}

static void set_cfa_expression(struct rule *r, const struct cfa_machine *m, struct str section)
{
	struct str sized = m->row.cfa_expression, e;
	struct dwarf_bytes d = dwarf_bytes(sized, 0);
	struct simple s;
	bool simple;

	e = read_block(&d);
	simple = is_simple(e, &s) && fits(s.offset) && fits(s.plus);
	if (is_plt(e)) {
		r->cfa = CFA_PLT;
	} else if (simple && !s.deref && s.reg == m->arch->sp) {
		r->cfa = CFA_SP;
		r->cfa_offset = (int32_t)s.offset;
	} else if (simple && !s.deref && s.reg == m->arch->fp) {
		r->cfa = CFA_FP;
		r->cfa_offset = (int32_t)s.offset;
	} else if (simple && s.deref && is_usual_ra(r) &&
		   (s.reg == m->arch->sp || s.reg == m->arch->fp)) {
		r->cfa = s.reg == m->arch->sp ? CFA_DEREF_SP : CFA_DEREF_FP;
		r->cfa_offset = (int32_t)s.offset;
		r->ra_offset = (int32_t)s.plus;
	} else {
		r->cfa = sized.n && fits(sized.p - section.p) ? CFA_EXPR : CFA_BAD;
		r->cfa_offset = (int32_t)(sized.p - section.p);
	}
}

static void set_cfa(struct rule *r, const struct cfa_machine *m)
{
	if (!fits(m->row.cfa_offset) || m->row.cfa_register >= ARCH_REGS) {
		r->cfa = CFA_BAD;
		return;
	}
	r->cfa_offset = (int32_t)m->row.cfa_offset;
	r->reg = (uint8_t)m->row.cfa_register;
	r->cfa = r->reg == m->arch->sp ? CFA_SP : r->reg == m->arch->fp ? CFA_FP : CFA_REG;
}

static struct rule make_rule(const struct cfa_machine *m, struct str section)
{
	struct rule r = { .signal = m->fde->cie.signal };

	if (m->row.ra.kind == UNDEFINED) {
		r.cfa = CFA_END;
		return r;
	}
	r.fp = saved_place(m->arch, &m->row.fp, &r.fp_offset) & 0xf;
	r.ra = saved_place(m->arch, &m->row.ra, &r.ra_offset) & 0xf;
	if (r.ra == AT_LOST)
		r.cfa = CFA_BAD;
	else if (m->row.cfa_is_expression)
		set_cfa_expression(&r, m, section);
	else
		set_cfa(&r, m);
	return r;
}

struct rule cfa_program_rule(const struct fde *fde, const struct arch *arch, struct str section,
			     uint64_t vaddr)
{
	struct cfa_machine m = { .fde = fde, .arch = arch, .wanted = UINT64_MAX };

	m.row.cfa_register = arch->sp;
	run(&m, fde->cie.program);
	m.initial = m.row;
	m.location = fde->start;
	m.wanted = vaddr;
	run(&m, fde->program);
	return m.bad ? (struct rule){ .cfa = CFA_BAD } : make_rule(&m, section);
}
