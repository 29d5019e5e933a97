#include "symbol/fde_scan.h"

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "base/buf.h"
#include "object/dwarf_pointer.h"

enum { MOST = 1 << 20 /* functions */ };

struct scan {
	const struct elf_section *section;
	struct str bytes;
	Elf_Data data;
	const unsigned char *ident; /* e_ident of the image */
	Dwarf_Off cie;              /* the CIE that was read last, plus 1 */
	uint8_t pointers;           /* its encoding of addresses */
	uint8_t word;               /* bytes of an address of the image */
	struct buf functions;       /* struct interval */
};

/* A cursor over bytes of the section, whose positions are virtual addresses. */
static struct cursor section_cursor(const struct scan *s, const uint8_t *from, const uint8_t *to)
{
	size_t at = (size_t)(from - (const uint8_t *)s->bytes.p);

	return cursor_at(str((const char *)from, (size_t)(to - from)), s->section->addr + at);
}

/* The encoding of addresses in a CIE's augmentation: 'R' has it. */
static uint8_t pointer_encoding(const struct scan *s, const Dwarf_CIE *cie)
{
	struct cursor c = section_cursor(s, cie->augmentation_data,
					 cie->augmentation_data + cie->augmentation_data_size);
	const char *letter = cie->augmentation;

	if (!cie->augmentation_data || *letter != 'z')
		return DW_EH_PE_absptr;
	for (letter++; *letter; letter++) {
		switch (*letter) {
		case 'R': return (uint8_t)cursor_int(&c, 1);
		case 'L': cursor_int(&c, 1); break;
		case 'P': dwarf_pointer(&c, (uint8_t)cursor_int(&c, 1), 0, s->word); break;
		default: break; /* 'S' and 'B' have no data */
		}
	}
	return DW_EH_PE_absptr;
}

/* Reads the CIE of an FDE, unless it is the last one read. */
static bool read_cie(struct scan *s, Dwarf_Off at)
{
	Dwarf_CFI_Entry entry;
	Dwarf_Off next;

	if (s->cie == at + 1)
		return true;
	if (dwarf_next_cfi(s->ident, &s->data, true, at, &next, &entry) != 0 ||
	    !dwarf_cfi_cie_p(&entry))
		return false;
	s->cie = at + 1;
	s->pointers = pointer_encoding(s, &entry.cie);
	return true;
}

static void add_fde(struct scan *s, const Dwarf_FDE *fde)
{
	struct interval f = { .id = (uint32_t)BUF_COUNT(&s->functions, struct interval) };
	struct cursor c = section_cursor(s, fde->start, fde->end);

	if (!read_cie(s, fde->CIE_pointer))
		return;
	f.start = dwarf_pointer(&c, s->pointers, 0, s->word);
	f.end = f.start + dwarf_pointer(&c, s->pointers & 0x0f, 0, s->word);
	if (!c.failed && f.end > f.start)
		buf_put(&s->functions, &f, sizeof(f));
}

bool fde_scan(const struct elf *e, struct spans *spans)
{
	struct scan s = { .section = elf_section(e, ".eh_frame"), .word = e->is64 ? 8 : 4 };
	Dwarf_CFI_Entry entry;
	Dwarf_Off at = 0, next;

	s.bytes = elf_contents(e, s.section);
	s.ident = (const unsigned char *)e->file.p;
	s.data = (Elf_Data){ .d_buf = (char *)s.bytes.p, .d_size = s.bytes.n };
	while (s.bytes.n && BUF_COUNT(&s.functions, struct interval) < MOST &&
	       dwarf_next_cfi(s.ident, &s.data, true, at, &next, &entry) == 0 && next > at) {
		if (!dwarf_cfi_cie_p(&entry))
			add_fde(&s, &entry.fde);
		at = next;
	}
	spans_init(spans, (struct interval *)s.functions.p,
		   BUF_COUNT(&s.functions, struct interval));
	buf_release(&s.functions);
	return spans->n > 0;
}
