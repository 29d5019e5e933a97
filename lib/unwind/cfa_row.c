#include "unwind/cfa_row.h"

#include <dwarf.h>

#include "object/dwarf_pointer.h"

/* "breg + offset", and perhaps "deref", and perhaps "+ constant". */
struct simple {
	uint64_t reg;
	int64_t offset, plus;
	bool deref;
};

static bool is_simple(struct str expression, struct simple *s)
{
	struct cursor d = cursor_at(expression, 0);
	uint8_t op = (uint8_t)cursor_int(&d, 1);

	*s = (struct simple){ 0 };
	if (op >= DW_OP_breg0 && op <= DW_OP_breg31)
		s->reg = op - DW_OP_breg0;
	else if (op == DW_OP_bregx)
		s->reg = cursor_uleb(&d);
	else
		return false;
	s->offset = cursor_sleb(&d);
	while (d.at < d.end && !d.failed) {
		op = (uint8_t)cursor_int(&d, 1);
		if (op == DW_OP_deref && !s->deref)
			s->deref = true;
		else if (op == DW_OP_plus_uconst && s->deref)
			s->plus = (int64_t)((uint64_t)s->plus + cursor_uleb(&d));
		else if (op == DW_OP_plus_uconst)
			s->offset = (int64_t)((uint64_t)s->offset + cursor_uleb(&d));
		else
			return false;
	}
	return !d.failed;
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

/* ld's PLT: CFA = SP + word + ((PC & 15) >= 11 ? word : 0). */
static bool is_plt(struct str expression, const struct arch *arch)
{
	const uint8_t plt[] = {
		(uint8_t)(DW_OP_breg0 + arch->sp),
		arch->word,
		(uint8_t)(DW_OP_breg0 + arch->pc),
		0,
		DW_OP_lit15,
		DW_OP_and,
		DW_OP_lit11,
		DW_OP_ge,
		arch->word == 8 ? DW_OP_lit3 : DW_OP_lit2,
		DW_OP_shl,
		DW_OP_plus,
	};

	return str_eq(expression, str((const char *)plt, sizeof(plt)));
}

/* Is the return address where calls push it? Then ra_offset is free for the second offset. */
static bool is_usual_ra(const struct rule *r, const struct arch *arch)
{
	return r->ra == AT_CFA && r->ra_offset == -arch->word;
}

static void set_cfa_expression(struct rule *r, const struct cfa_row *row, const struct arch *arch,
			       struct str section)
{
	int64_t at = row->cfa_block - section.p;
	struct simple s;
	bool simple = is_simple(row->cfa_expression, &s) && fits(s.offset) && fits(s.plus);
	bool from_sp = simple && s.reg == arch->sp, from_fp = simple && s.reg == arch->fp;

	if (is_plt(row->cfa_expression, arch)) {
		r->cfa = CFA_PLT;
	} else if ((from_sp || from_fp) && !s.deref) {
		r->cfa = from_sp ? CFA_SP : CFA_FP;
		r->cfa_offset = (int32_t)s.offset;
	} else if ((from_sp || from_fp) && is_usual_ra(r, arch)) {
		r->cfa = from_sp ? CFA_DEREF_SP : CFA_DEREF_FP;
		r->cfa_offset = (int32_t)s.offset;
		r->ra_offset = (int32_t)s.plus;
	} else {
		r->cfa = row->cfa_expression.n && fits(at) ? CFA_EXPR : CFA_BAD;
		r->cfa_offset = (int32_t)at;
	}
}

static void set_cfa(struct rule *r, const struct cfa_row *row, const struct arch *arch)
{
	if (!fits(row->cfa_offset) || row->cfa_register >= ARCH_REGS) {
		r->cfa = CFA_BAD;
		return;
	}
	r->cfa_offset = (int32_t)row->cfa_offset;
	r->reg = (uint8_t)row->cfa_register;
	r->cfa = r->reg == arch->sp ? CFA_SP : r->reg == arch->fp ? CFA_FP : CFA_REG;
}

struct rule cfa_row_rule(const struct cfa_row *row, bool signal, const struct arch *arch,
			 struct str section)
{
	struct rule r = { .signal = signal };

	if (row->ra.kind == UNDEFINED) {
		r.cfa = CFA_END;
		return r;
	}
	r.fp = saved_place(arch, &row->fp, &r.fp_offset) & 0xf;
	r.ra = saved_place(arch, &row->ra, &r.ra_offset) & 0xf;
	if (row->ra.kind == IN_REGISTER && row->ra.offset >= 0 && row->ra.offset < arch->nregs) {
		r.ra = AT_REG;
		r.ra_offset = (int32_t)row->ra.offset;
	}
	if (r.ra == AT_LOST)
		r.cfa = CFA_BAD;
	else if (row->cfa_block)
		set_cfa_expression(&r, row, arch, section);
	else
		set_cfa(&r, row, arch);
	return r;
}
