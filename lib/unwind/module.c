#include "unwind/module.h"

#include "unwind/go_rule.h"

void module_open(struct module *m, const struct arch *arch)
{
	m->arch = arch;
	m->base = elf_base(&m->elf);
	m->is_go = gopclntab_open(&m->go, &m->elf);
	cfi_open(&m->cfi, &m->elf, arch, !m->is_go);
}

void module_close(struct module *m)
{
	cfi_close(&m->cfi);
	elf_close(&m->elf);
}

bool module_has_rules(const struct module *m)
{
	return m->is_go || cfi_any(&m->cfi);
}

struct rule module_rule(const struct module *m, uint64_t vaddr)
{
	struct rule r = { .cfa = CFA_NONE };

	if (m->is_go)
		r = go_rule(&m->go, m->arch, vaddr);
	return r.cfa == CFA_NONE && cfi_any(&m->cfi) ? cfi_rule(&m->cfi, vaddr) : r;
}
