#include "unwind/cfa_program.h"

#include <dwarf.h>

#include "unwind/cfa_row.h"

enum {
	MOST_REMEMBERED = 64,
	MOST_INSTRUCTIONS = 1 << 16, /* of a program, which may be hostile */
	/* An advance, offset or restore: the upper two bits; a number in the lower six. */
	PRIMARY = 0xc0,
	OPERAND = 0x3f,
	/* Not yet in every dwarf.h; like DW_CFA_AARCH64_negate_ra_state, but with the PC. */
	AARCH64_NEGATE_RA_STATE_WITH_PC = 0x2c,
};

struct cfa_machine {
	const struct fde *fde;
	const struct arch *arch;
	uint64_t location, wanted;
	struct cfa_row row, initial;
	struct cfa_row remembered[MOST_REMEMBERED];
	size_t nremembered;
	struct saved_register untracked; /* for registers that are not needed */
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

static struct str read_block(struct cursor *d)
{
	uint64_t n = cursor_uleb(d);
	const char *p = (const char *)d->at;

	cursor_skip(d, n);
	return d->failed ? S("") : str(p, (size_t)n);
}

static void set_expression(struct cfa_machine *m, uint64_t reg, struct str expression)
{
	*saved_of(m, reg) = (struct saved_register){ .kind = AT_EXPRESSION,
						     .expression = expression };
}

static void define_cfa(struct cfa_machine *m, uint64_t reg, int64_t offset)
{
	m->row.cfa_block = NULL;
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

/* Advances to a later address. False if that is beyond the wanted one. */
static bool advance(struct cfa_machine *m, uint64_t delta)
{
	m->location += delta * m->fde->cie.code_align;
	return m->location <= m->wanted;
}

/* A factored offset. One that overflows fails fit() later, or is invalid anyway. */
static int64_t factored(const struct cfa_machine *m, uint64_t v)
{
	return (int64_t)(v * (uint64_t)m->fde->cie.data_align);
}

/* Runs an instruction about a register. False for any other instruction. */
static bool run_register(struct cfa_machine *m, uint8_t op, struct cursor *d)
{
	uint64_t reg;

	switch (op) {
	case DW_CFA_offset_extended:
		reg = cursor_uleb(d);
		save_at(m, reg, factored(m, cursor_uleb(d)));
		return true;
	case DW_CFA_offset_extended_sf:
		reg = cursor_uleb(d);
		save_at(m, reg, factored(m, (uint64_t)cursor_sleb(d)));
		return true;
	case DW_CFA_GNU_negative_offset_extended:
		reg = cursor_uleb(d);
		save_at(m, reg, factored(m, 0 - cursor_uleb(d)));
		return true;
	case DW_CFA_restore_extended: restore(m, cursor_uleb(d)); return true;
	case DW_CFA_undefined: saved_of(m, cursor_uleb(d))->kind = UNDEFINED; return true;
	case DW_CFA_same_value: saved_of(m, cursor_uleb(d))->kind = SAME; return true;
	case DW_CFA_register:
		reg = cursor_uleb(d);
		*saved_of(m, reg) = (struct saved_register){ .kind = IN_REGISTER,
							     .offset = (int64_t)cursor_uleb(d) };
		return true;
	case DW_CFA_val_offset:
		saved_of(m, cursor_uleb(d))->kind = OTHER;
		cursor_uleb(d);
		return true;
	case DW_CFA_val_offset_sf:
		saved_of(m, cursor_uleb(d))->kind = OTHER;
		cursor_sleb(d);
		return true;
	case DW_CFA_expression:
		reg = cursor_uleb(d);
		set_expression(m, reg, read_block(d));
		return true;
	case DW_CFA_val_expression:
		saved_of(m, cursor_uleb(d))->kind = OTHER;
		read_block(d);
		return true;
	}
	return false;
}

/* Runs an instruction about the CFA, or any other that does not advance the address. */
static void run_other(struct cfa_machine *m, uint8_t op, struct cursor *d)
{
	uint64_t reg;

	switch (op) {
	case DW_CFA_nop: break;
	case DW_CFA_remember_state: remember(m); break;
	case DW_CFA_restore_state: recall(m); break;
	case DW_CFA_def_cfa:
		reg = cursor_uleb(d);
		define_cfa(m, reg, (int64_t)cursor_uleb(d));
		break;
	case DW_CFA_def_cfa_sf:
		reg = cursor_uleb(d);
		define_cfa(m, reg, factored(m, (uint64_t)cursor_sleb(d)));
		break;
	case DW_CFA_def_cfa_register: m->row.cfa_register = cursor_uleb(d); break;
	case DW_CFA_def_cfa_offset: m->row.cfa_offset = (int64_t)cursor_uleb(d); break;
	case DW_CFA_def_cfa_offset_sf:
		m->row.cfa_offset = factored(m, (uint64_t)cursor_sleb(d));
		break;
	case DW_CFA_def_cfa_expression:
		m->row.cfa_block = (const char *)d->at;
		m->row.cfa_expression = read_block(d);
		break;
	case DW_CFA_GNU_args_size: cursor_uleb(d); break;
	case AARCH64_NEGATE_RA_STATE_WITH_PC:
	case DW_CFA_AARCH64_negate_ra_state: break; /* the address is masked anyway */
	default: m->bad = true;
	}
}

/* Does an instruction advance the address? */
static bool is_advance(uint8_t op)
{
	return (op & PRIMARY) == DW_CFA_advance_loc ||
	       (op >= DW_CFA_set_loc && op <= DW_CFA_advance_loc4);
}

static bool run_advance(struct cfa_machine *m, uint8_t op, struct cursor *d)
{
	switch (op) {
	case DW_CFA_set_loc:
		m->location = dwarf_pointer(d, m->fde->cie.pointers, 0, m->arch->word);
		return m->location <= m->wanted;
	case DW_CFA_advance_loc1: return advance(m, cursor_int(d, 1));
	case DW_CFA_advance_loc2: return advance(m, cursor_int(d, 2));
	case DW_CFA_advance_loc4: return advance(m, cursor_int(d, 4));
	default: return advance(m, op & OPERAND);
	}
}

/* Runs a program up to the wanted address. */
static void run(struct cfa_machine *m, struct cursor d)
{
	for (int n = 0; d.at < d.end && !m->bad && !d.failed; n++) {
		uint8_t op = (uint8_t)cursor_int(&d, 1);

		if (n == MOST_INSTRUCTIONS)
			m->bad = true;
		if (is_advance(op)) {
			if (!run_advance(m, op, &d))
				return;
		} else if ((op & PRIMARY) == DW_CFA_offset) {
			save_at(m, op & OPERAND, factored(m, cursor_uleb(&d)));
		} else if ((op & PRIMARY) == DW_CFA_restore) {
			restore(m, op & OPERAND);
		} else if (!run_register(m, op, &d)) {
			run_other(m, op, &d);
		}
	}
	m->bad |= d.failed;
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
	return m.bad ? (struct rule){ .cfa = CFA_BAD } :
		       cfa_row_rule(&m.row, fde->cie.signal, arch, section);
}
