/*
 * The rules of unwinding held against libdw's dwarf_cfi_addrframe(), for a few thousand
 * addresses of what is installed here: the same CFA, and the same place of the return
 * address and of the caller's frame pointer. Expressions are compared by their values.
 */
#include <dirent.h>
#include <dwarf.h>
#include <elf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"
#include "unwind/module.h"

enum { ADDRESSES = 3000, MOST_STACK = 32 };

/* Registers and memory that are made up, so that different expressions have different values. */
static uint64_t reg_value(uint64_t reg)
{
	return 0x7ffe00000000 + reg * 0x100010;
}

static uint64_t word_at(uint64_t address)
{
	return 0x7fff00000000 + (address * 0x9e3779b97f4a7c15 >> 40);
}

static bool read_word(void *context, uint64_t address, uint64_t *word)
{
	(void)context;
	*word = word_at(address);
	return true;
}

/* An expression of libdw's: its value, or with `memory` the address where that is. */
static bool evaluate(const Dwarf_Op *ops, size_t n, uint64_t cfa, uint64_t *value, bool *memory)
{
	uint64_t stack[MOST_STACK] = { 0 };
	size_t top = 0;

	*memory = true;
	for (size_t i = 0; i < n; i++) {
		const Dwarf_Op *op = &ops[i];
		uint64_t *s = &stack[top];

		if (top + 2 >= MOST_STACK)
			return false;
		if (op->atom >= DW_OP_breg0 && op->atom <= DW_OP_breg31) {
			stack[top++] = reg_value(op->atom - DW_OP_breg0) + op->number;
		} else if (op->atom == DW_OP_bregx) {
			stack[top++] = reg_value(op->number) + op->number2;
		} else if (op->atom >= DW_OP_lit0 && op->atom <= DW_OP_lit31) {
			stack[top++] = op->atom - DW_OP_lit0;
		} else if (op->atom == DW_OP_call_frame_cfa) {
			stack[top++] = cfa;
		} else if (op->atom == DW_OP_stack_value) {
			*memory = false;
		} else if (!top) {
			return false;
		} else if (op->atom == DW_OP_plus_uconst) {
			s[-1] += op->number;
		} else if (op->atom == DW_OP_deref) {
			s[-1] = word_at(s[-1]);
		} else if (top < 2) {
			return false;
		} else {
			switch (op->atom) {
			case DW_OP_and: s[-2] &= s[-1]; break;
			case DW_OP_plus: s[-2] += s[-1]; break;
			case DW_OP_minus: s[-2] -= s[-1]; break;
			case DW_OP_shl: s[-2] <<= s[-1]; break;
			case DW_OP_ge: s[-2] = (int64_t)s[-2] >= (int64_t)s[-1]; break;
			default: return false;
			}
			top--;
		}
	}
	*value = top ? stack[top - 1] : 0;
	/* A place is computed above the CFA, which is on the stack at first. */
	return top == 1 || (top == 2 && ops[0].atom == DW_OP_call_frame_cfa);
}

/* The CFA by our rule. */
static bool our_cfa(const struct module *m, const struct rule *r, uint64_t *cfa)
{
	const struct arch *a = m->arch;
	uint64_t regs[ARCH_REGS], from;
	struct cfi_context context = { regs, UINT64_MAX, read_word, NULL };

	for (unsigned i = 0; i < ARCH_REGS; i++)
		regs[i] = reg_value(i);
	from = r->cfa == CFA_FP || r->cfa == CFA_DEREF_FP ? regs[a->fp] : regs[a->sp];
	from += (uint64_t)(int64_t)r->cfa_offset;
	switch (r->cfa) {
	case CFA_SP:
	case CFA_FP: *cfa = from; return true;
	case CFA_REG: *cfa = reg_value(r->reg) + (uint64_t)(int64_t)r->cfa_offset; return true;
	case CFA_PLT:
		*cfa = regs[a->sp] + a->word * ((regs[a->pc] & 15) >= 11 ? 2 : 1);
		return true;
	case CFA_DEREF_SP:
	case CFA_DEREF_FP: *cfa = word_at(from) + (uint64_t)(int64_t)r->ra_offset; return true;
	case CFA_EXPR: return cfi_expression(&m->cfi, r, &context, cfa);
	}
	return false;
}

/* Where our rule has a register: false when it is in the register itself, or nowhere. */
static bool our_place(const struct module *m, enum rule_place place, int32_t offset, uint64_t cfa,
		      uint64_t *address)
{
	uint64_t from = place == AT_CFA ? cfa :
			place == AT_SP  ? reg_value(m->arch->sp) :
					  reg_value(m->arch->fp);

	*address = from + (uint64_t)(int64_t)offset;
	return place == AT_CFA || place == AT_SP || place == AT_FP;
}

/* Is libdw's place of a register ours? */
static bool same_place(const struct module *m, Dwarf_Frame *frame, int reg, enum rule_place place,
		       int32_t offset, uint64_t cfa)
{
	Dwarf_Op own[3], *ops;
	size_t n;
	uint64_t theirs, ours;
	bool memory;

	if (dwarf_frame_register(frame, reg, own, &ops, &n) != 0)
		return false;
	if (!n)
		return place == (ops ? AT_LOST : AT_SAME);
	if (!evaluate(ops, n, cfa, &theirs, &memory))
		return place == AT_LOST; /* more than a rule can say */
	if (!memory)
		return place == AT_LOST;
	return our_place(m, place, offset, cfa, &ours) && ours == theirs;
}

/* The two at an address; *rules counts addresses that have one. */
static bool same_rule(const struct module *m, Dwarf_CFI *cfi, uint64_t vaddr, size_t *rules)
{
	struct rule r = cfi_rule(&m->cfi, vaddr);
	Dwarf_Frame *frame = NULL;
	Dwarf_Op own[3], *ops;
	uint64_t theirs, ours;
	size_t n;
	bool signal, memory, deref = r.cfa == CFA_DEREF_SP || r.cfa == CFA_DEREF_FP, same;
	int ra;

	if (dwarf_cfi_addrframe(cfi, vaddr, &frame) != 0)
		return r.cfa == CFA_NONE;
	ra = dwarf_frame_info(frame, NULL, NULL, &signal);
	if (dwarf_frame_register(frame, ra, own, &ops, &n) == 0 && !n && ops) {
		same = r.cfa == CFA_END;
	} else {
		same = dwarf_frame_cfa(frame, &ops, &n) == 0 &&
		       evaluate(ops, n, 0, &theirs, &memory) && our_cfa(m, &r, &ours) &&
		       ours == theirs && r.signal == signal &&
		       same_place(m, frame, ra, r.ra, deref ? -m->arch->word : r.ra_offset, ours) &&
		       same_place(m, frame, m->arch->fp, r.fp, r.fp_offset, ours);
	}
	++*rules;
	free(frame);
	return same;
}

static size_t executable_bytes(const struct elf *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == ELF_SEGMENT_LOAD && e->segment[i].flags & PF_X)
			n += (size_t)e->segment[i].filesz;
	return n;
}

static void check_module(const char *path, const struct module *m, Dwarf_CFI *cfi)
{
	size_t step = executable_bytes(&m->elf) / ADDRESSES | 1, n = 0, rules = 0, wrong = 0;
	uint64_t first = 0;

	for (size_t i = 0; i < m->elf.nsegment; i++) {
		const struct elf_segment *s = &m->elf.segment[i];

		if (s->type != ELF_SEGMENT_LOAD || !(s->flags & PF_X))
			continue;
		for (uint64_t at = 0; at < s->filesz; at += step, n++)
			if (!same_rule(m, cfi, s->vaddr + at, &rules) && !wrong++)
				first = s->vaddr + at;
	}
	ok(!wrong && rules > n / 3, "%s: %zu addresses, %zu with a rule", path, n, rules);
	if (wrong)
		printf("# %zu differ, the first at %#llx\n", wrong, (unsigned long long)first);
}

static bool check_file(const char *path)
{
	struct module m = { .id = 1 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ_MMAP, NULL) : NULL;
	Dwarf_CFI *cfi = elf ? dwarf_getcfi_elf(elf) : NULL;
	const struct arch *known[] = { &arch_x86_64, &arch_aarch64, &arch_i386 };
	const char *why;
	bool is_known = false;

	if (cfi && elf_open(&m.elf, fd, &why)) {
		for (size_t i = 0; i < LEN(known); i++) {
			if (known[i]->machine != m.elf.machine)
				continue;
			module_open(&m, known[i]);
			is_known = !m.is_go;
		}
		if (is_known)
			check_module(path, &m, cfi);
		module_close(&m);
	}
	if (cfi)
		dwarf_cfi_end(cfi);
	if (elf)
		elf_end(elf);
	if (fd >= 0)
		close(fd);
	return is_known;
}

/* What this program has loaded: ld.so with its hand-written code, libc, libdw ... */
static int check_loaded(struct dl_phdr_info *info, size_t size, void *context)
{
	(void)size, (void)context;
	check_file(info->dlpi_name[0] ? info->dlpi_name : "/proc/self/exe");
	return 0;
}

int main(void)
{
	static const char *const programs[] = {
		"/bin/bash",
		"/usr/bin/python3",
		"/usr/bin/perl",
		"/usr/bin/git",
		"/usr/bin/gcc",
		"/usr/bin/ld",
		"tests/data/aarch64/chain",
		"tests/data/i386/chain",
		"/lib32/libc.so.6",
		"/lib/i386-linux-gnu/libc.so.6",
	};

	elf_version(EV_CURRENT);
	dl_iterate_phdr(check_loaded, NULL);
	for (size_t i = 0; i < LEN(programs); i++)
		check_file(programs[i]);
	return done();
}
