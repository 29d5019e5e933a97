#include "record/cfa_program.h"

enum {
	MOST_REMEMBERED = 64,
	MOST_INSTRUCTIONS = 1 << 16,    /* of one program, hostile ones included */
	NEGATE_RA_STATE_WITH_PC = 0x2c, /* aarch64: the return address is signed, with */
	NEGATE_RA_STATE = 0x2d,         /* the PC as well, or without */
};

enum opcode {
	OP_ADVANCE = 0x40, /* the upper two bits; a number in the lower six */
	OP_OFFSET = 0x80,
	OP_RESTORE = 0xc0,
	OP_NOP = 0x00,
	OP_SET_LOC,
	OP_ADVANCE1,
	OP_ADVANCE2,
	OP_ADVANCE4,
	OP_OFFSET_EXTENDED,
	OP_RESTORE_EXTENDED,
	OP_UNDEFINED,
	OP_SAME_VALUE,
	OP_REGISTER,
	OP_REMEMBER,
	OP_RESTORE_STATE,
	OP_DEF_CFA,
	OP_DEF_CFA_REGISTER,
	OP_DEF_CFA_OFFSET,
	OP_DEF_CFA_EXPRESSION,
	OP_EXPRESSION,
	OP_OFFSET_EXTENDED_SF,
	OP_DEF_CFA_SF,
	OP_DEF_CFA_OFFSET_SF,
	OP_VAL_OFFSET,
	OP_VAL_OFFSET_SF,
	OP_VAL_EXPRESSION,
	OP_GNU_ARGS_SIZE = 0x2e,
	OP_GNU_NEGATIVE_OFFSET = 0x2f,
};

/* How a register's value in the caller is found. */
struct place {
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
	struct place fp, ra;
};

struct machine {
	const struct fde *fde;
	const struct arch *arch;
	uint64_t location, wanted;
	struct row row, initial;
	struct row remembered[MOST_REMEMBERED];
	size_t nremembered;
	struct place untracked; /* for registers that nobody asks for */
	bool bad;
};

static struct place *place_of(struct machine *m, uint64_t reg)
{
	if (reg == m->arch->dwarf_fp)
		return &m->row.fp;
	return reg == m->fde->cie.ra ? &m->row.ra : &m->untracked;
}

static void save_at(struct machine *m, uint64_t reg, int64_t offset)
{
	*place_of(m, reg) = (struct place){ .kind = AT_CFA_OFFSET, .offset = offset };
}

static void restore(struct machine *m, uint64_t reg)
{
	if (reg == m->arch->dwarf_fp)
		m->row.fp = m->initial.fp;
	else if (reg == m->fde->cie.ra)
		m->row.ra = m->initial.ra;
}

static struct str block(struct dwarf_bytes *d)
{
	uint64_t n = cursor_uleb(&d->c);
	const char *p = (const char *)d->c.at;

	cursor_skip(&d->c, n);
	return d->c.failed ? S("") : str(p, (size_t)n);
}

static struct str sized_block(struct dwarf_bytes *d)
{
	const char *p = (const char *)d->c.at;
	struct str s = block(d);

	return str(p, s.n ? (size_t)(s.p + s.n - p) : 0);
}

static void set_expression(struct machine *m, uint64_t reg, struct str expression)
{
	*place_of(m, reg) = (struct place){ .kind = AT_EXPRESSION, .expression = expression };
}

static void define_cfa(struct machine *m, uint64_t reg, int64_t offset)
{
	m->row.cfa_is_expression = false;
	m->row.cfa_register = reg;
	m->row.cfa_offset = offset;
}

static void remember(struct machine *m)
{
	if (m->nremembered == MOST_REMEMBERED)
		m->bad = true;
	else
		m->remembered[m->nremembered++] = m->row;
}

static void recall(struct machine *m)
{
	if (!m->nremembered)
		m->bad = true;
	else
		m->row = m->remembered[--m->nremembered];
}

/* Go on to a later address. False when the wanted one has been passed. */
static bool advance(struct machine *m, uint64_t delta)
{
	m->location += delta * m->fde->cie.code_align;
	return m->location <= m->wanted;
}

/* A factored offset; what overflows does not fit() later, or is nonsense in any case. */
static int64_t factored(const struct machine *m, uint64_t v)
{
	return (int64_t)(v * (uint64_t)m->fde->cie.data_align);
}

/* The instructions about registers; false for one that is not among them. */
static bool run_register(struct machine *m, uint8_t op, struct dwarf_bytes *d)
{
	uint64_t reg;

	switch (op) {
	case OP_OFFSET_EXTENDED:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, cursor_uleb(&d->c)));
		return true;
	case OP_OFFSET_EXTENDED_SF:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, (uint64_t)cursor_sleb(&d->c)));
		return true;
	case OP_GNU_NEGATIVE_OFFSET:
		reg = cursor_uleb(&d->c);
		save_at(m, reg, factored(m, 0 - cursor_uleb(&d->c)));
		return true;
	case OP_RESTORE_EXTENDED: restore(m, cursor_uleb(&d->c)); return true;
	case OP_UNDEFINED: place_of(m, cursor_uleb(&d->c))->kind = UNDEFINED; return true;
	case OP_SAME_VALUE: place_of(m, cursor_uleb(&d->c))->kind = SAME; return true;
	case OP_REGISTER:
	case OP_VAL_OFFSET:
		place_of(m, cursor_uleb(&d->c))->kind = OTHER;
		cursor_uleb(&d->c);
		return true;
	case OP_VAL_OFFSET_SF:
		place_of(m, cursor_uleb(&d->c))->kind = OTHER;
		cursor_sleb(&d->c);
		return true;
	case OP_EXPRESSION:
		reg = cursor_uleb(&d->c);
		set_expression(m, reg, block(d));
		return true;
	case OP_VAL_EXPRESSION:
		place_of(m, cursor_uleb(&d->c))->kind = OTHER;
		block(d);
		return true;
	}
	return false;
}

/* The instructions about the CFA, and the rest. */
static void run_other(struct machine *m, uint8_t op, struct dwarf_bytes *d)
{
	uint64_t reg;

	switch (op) {
	case OP_NOP: break;
	case OP_REMEMBER: remember(m); break;
	case OP_RESTORE_STATE: recall(m); break;
	case OP_DEF_CFA:
		reg = cursor_uleb(&d->c);
		define_cfa(m, reg, (int64_t)cursor_uleb(&d->c));
		break;
	case OP_DEF_CFA_SF:
		reg = cursor_uleb(&d->c);
		define_cfa(m, reg, factored(m, (uint64_t)cursor_sleb(&d->c)));
		break;
	case OP_DEF_CFA_REGISTER: m->row.cfa_register = cursor_uleb(&d->c); break;
	case OP_DEF_CFA_OFFSET: m->row.cfa_offset = (int64_t)cursor_uleb(&d->c); break;
	case OP_DEF_CFA_OFFSET_SF:
		m->row.cfa_offset = factored(m, (uint64_t)cursor_sleb(&d->c));
		break;
	case OP_DEF_CFA_EXPRESSION:
		m->row.cfa_is_expression = true;
		m->row.cfa_expression = sized_block(d);
		break;
	case OP_GNU_ARGS_SIZE: cursor_uleb(&d->c); break;
	case NEGATE_RA_STATE_WITH_PC:
	case NEGATE_RA_STATE: break; /* the address is masked anyway */
	default: m->bad = true;
	}
}

/* The instructions that go on to later addresses. */
static bool is_advance(uint8_t op)
{
	return (op & 0xc0) == OP_ADVANCE || (op >= OP_SET_LOC && op <= OP_ADVANCE4);
}

static bool run_advance(struct machine *m, uint8_t op, struct dwarf_bytes *d)
{
	switch (op) {
	case OP_SET_LOC:
		m->location = dwarf_pointer(d, m->fde->cie.pointers, 0);
		return m->location <= m->wanted;
	case OP_ADVANCE1: return advance(m, cursor_int(&d->c, 1));
	case OP_ADVANCE2: return advance(m, cursor_int(&d->c, 2));
	case OP_ADVANCE4: return advance(m, cursor_int(&d->c, 4));
	default: return advance(m, op & 0x3f);
	}
}

/* Run a program up to the wanted address. */
static void run(struct machine *m, struct dwarf_bytes d)
{
	for (int n = 0; d.c.at < d.c.end && !m->bad && !d.c.failed; n++) {
		uint8_t op = (uint8_t)cursor_int(&d.c, 1);

		if (n == MOST_INSTRUCTIONS)
			m->bad = true;
		if (is_advance(op)) {
			if (!run_advance(m, op, &d))
				return;
		} else if ((op & 0xc0) == OP_OFFSET) {
			save_at(m, op & 0x3f, factored(m, cursor_uleb(&d.c)));
		} else if ((op & 0xc0) == OP_RESTORE) {
			restore(m, op & 0x3f);
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
	if (op >= 0x70 && op <= 0x8f) /* DW_OP_breg0 ... 31 */
		s->reg = op - 0x70u;
	else if (op == 0x92) /* DW_OP_bregx */
		s->reg = cursor_uleb(&d.c);
	else
		return false;
	s->offset = cursor_sleb(&d.c);
	while (d.c.at < d.c.end && !d.c.failed) {
		op = (uint8_t)cursor_int(&d.c, 1);
		if (op == 0x06 && !s->deref) /* DW_OP_deref */
			s->deref = true;
		else if (op == 0x23 && s->deref) /* DW_OP_plus_uconst */
			s->plus = (int64_t)((uint64_t)s->plus + cursor_uleb(&d.c));
		else if (op == 0x23)
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

static enum rule_place put_place(const struct arch *arch, const struct place *p, int32_t *offset)
{
	struct simple s;

	switch (p->kind) {
	case SAME: return AT_SAME;
	case AT_CFA_OFFSET: *offset = (int32_t)p->offset; return fits(p->offset) ? AT_CFA : AT_LOST;
	case AT_EXPRESSION:
		if (!is_simple(p->expression, &s) || s.deref || !fits(s.offset))
			return AT_LOST;
		*offset = (int32_t)s.offset;
		return s.reg == arch->dwarf_sp ? AT_SP : s.reg == arch->dwarf_fp ? AT_FP : AT_LOST;
	default: return AT_LOST;
	}
}

/* ld's PLT: CFA = SP + 8 + ((PC & 15) >= 11 ? 8 : 0). */
static bool is_plt(struct str expression)
{
	return str_eq(expression, S("\x77\x08\x80\x00\x3f\x1a\x3b\x2a\x33\x24\x22"));
}

/* RA is where calls leave it, so that its offset may hold something else. */
static bool is_usual_ra(const struct rule *r)
{
	return r->ra == AT_CFA && r->ra_offset == -8;
}

static void put_cfa_expression(struct rule *r, const struct machine *m, struct str section)
{
	struct str sized = m->row.cfa_expression, e;
	struct dwarf_bytes d = dwarf_bytes(sized, 0);
	struct simple s;
	bool simple;

	e = block(&d);
	simple = is_simple(e, &s) && fits(s.offset) && fits(s.plus);
	if (is_plt(e)) {
		r->cfa = CFA_PLT;
	} else if (simple && !s.deref && s.reg == m->arch->dwarf_sp) {
		r->cfa = CFA_SP;
		r->cfa_offset = (int32_t)s.offset;
	} else if (simple && !s.deref && s.reg == m->arch->dwarf_fp) {
		r->cfa = CFA_FP;
		r->cfa_offset = (int32_t)s.offset;
	} else if (simple && s.deref && is_usual_ra(r) &&
		   (s.reg == m->arch->dwarf_sp || s.reg == m->arch->dwarf_fp)) {
		r->cfa = s.reg == m->arch->dwarf_sp ? CFA_DEREF_SP : CFA_DEREF_FP;
		r->cfa_offset = (int32_t)s.offset;
		r->ra_offset = (int32_t)s.plus;
	} else {
		r->cfa = sized.n && fits(sized.p - section.p) ? CFA_EXPR : CFA_BAD;
		r->cfa_offset = (int32_t)(sized.p - section.p);
	}
}

static void put_cfa(struct rule *r, const struct machine *m)
{
	if (!fits(m->row.cfa_offset) || m->row.cfa_register >= ARCH_REGS) {
		r->cfa = CFA_BAD;
		return;
	}
	r->cfa_offset = (int32_t)m->row.cfa_offset;
	r->reg = (uint8_t)m->row.cfa_register;
	r->cfa = r->reg == m->arch->dwarf_sp ? CFA_SP :
		 r->reg == m->arch->dwarf_fp ? CFA_FP :
					       CFA_REG;
}

static struct rule make_rule(const struct machine *m, struct str section)
{
	struct rule r = { .signal = m->fde->cie.signal };

	if (m->row.ra.kind == UNDEFINED) {
		r.cfa = CFA_END;
		return r;
	}
	r.fp = put_place(m->arch, &m->row.fp, &r.fp_offset) & 0xf;
	r.ra = put_place(m->arch, &m->row.ra, &r.ra_offset) & 0xf;
	if (r.ra == AT_LOST)
		r.cfa = CFA_BAD;
	else if (m->row.cfa_is_expression)
		put_cfa_expression(&r, m, section);
	else
		put_cfa(&r, m);
	return r;
}

struct rule cfa_program_rule(const struct fde *fde, const struct arch *arch, struct str section,
			     uint64_t vaddr)
{
	struct machine m = { .fde = fde, .arch = arch, .wanted = UINT64_MAX };

	m.row.cfa_register = arch->dwarf_sp;
	run(&m, fde->cie.program);
	m.initial = m.row;
	m.location = fde->start;
	m.wanted = vaddr;
	run(&m, fde->program);
	return m.bad ? (struct rule){ .cfa = CFA_BAD } : make_rule(&m, section);
}
