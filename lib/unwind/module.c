#include "unwind/module.h"

#include "unwind/go_rule.h"

void module_open(struct module *m, const struct arch *arch)
{
	m->arch = arch;
	m->base = elf_base(&m->elf);
	m->is_go = gopclntab_open(&m->go, &m->elf);
	if (!m->is_go)
		cfi_open(&m->cfi, &m->elf, arch);
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
	return m->is_go ? go_rule(&m->go, m->arch, vaddr) : cfi_rule(&m->cfi, vaddr);
}
