#include "unwind/module.h"

#include <libdeflate.h>

#include "object/debug_link.h"
#include "unwind/go_rule.h"

void module_open(struct module *m, const struct arch *arch)
{
	bool runs_as_i386 = arch == &arch_x86_64 && m->elf.machine == arch_i386.machine;

	m->arch = runs_as_i386 ? &arch_i386 : arch;
	m->base = elf_base(&m->elf);
	m->is_go = gopclntab_open(&m->go, &m->elf);
	cfi_open(&m->cfi, &m->elf, m->arch);
	/* Go's .debug_frame is large, and covers only functions that are in Go's tables. */
	m->may_have_more = !m->is_go;
}

void module_close(struct module *m)
{
	cfi_close(&m->cfi);
	cfi_close(&m->debug_frame);
	elf_close(&m->elf);
	elf_close(&m->debug_file);
}

/* Is it the debug file of the image? A large file is not read for its checksum. */
static bool is_debug_file_of(const struct elf *debug, const struct elf *image)
{
	enum { LARGEST = 64 << 20 };
	struct debug_link link = debug_link_read(image);

	if (debug->build_id.n && image->build_id.n)
		return str_eq(debug->build_id, image->build_id);
	return link.has_crc && debug->file.n <= LARGEST &&
	       libdeflate_crc32(0, debug->file.p, debug->file.n) == link.crc;
}

bool module_open_debug_frame(struct module *m, int debug_file)
{
	const char *why;

	m->may_have_more = false;
	cfi_open_debug_frame(&m->debug_frame, &m->elf, m->arch);
	if (cfi_any(&m->debug_frame))
		return true;
	if (debug_file < 0 || !elf_open(&m->debug_file, debug_file, &why))
		return false;
	if (is_debug_file_of(&m->debug_file, &m->elf))
		cfi_open_debug_frame(&m->debug_frame, &m->debug_file, m->arch);
	return cfi_any(&m->debug_frame);
}

bool module_has_rules(const struct module *m)
{
	return m->is_go || m->may_have_more || cfi_any(&m->cfi) || cfi_any(&m->debug_frame);
}

struct rule module_rule(const struct module *m, uint64_t vaddr)
{
	struct rule r = { .cfa = CFA_NONE };

	if (m->is_go)
		r = go_rule(&m->go, m->arch, vaddr);
	if (r.cfa == CFA_NONE && cfi_any(&m->cfi))
		r = cfi_rule(&m->cfi, vaddr);
	if (r.cfa == CFA_NONE && cfi_any(&m->debug_frame))
		r = cfi_rule(&m->debug_frame, vaddr);
	return r;
}

const struct cfi *module_cfi(const struct module *m, uint64_t vaddr)
{
	bool has_more = cfi_any(&m->debug_frame) && cfi_rule(&m->cfi, vaddr).cfa == CFA_NONE;

	return has_more ? &m->debug_frame : &m->cfi;
}
