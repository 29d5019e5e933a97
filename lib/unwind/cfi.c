#include "unwind/cfi.h"

#include <dwarf.h>
#include <stdlib.h>

#include "object/unpack.h"
#include "unwind/cfa_program.h"

enum {
	EXTENDED_LENGTH = 0xffffffff,
	/* The only table of .eh_frame_hdr that linkers write. */
	HDR_TABLE_I32 = DW_EH_PE_datarel | DW_EH_PE_sdata4,
	MOST_INDEX = 1 << 20, /* functions of a section without a sorted table */
	MOST_LETTERS = 16,    /* of an augmentation */
};

/* Every CIE and FDE begins with a length and an id. */
struct entry {
	struct cursor body; /* after the id */
	size_t at, next;    /* offsets in the section: of the entry, of the next */
	size_t id_at;
	uint64_t id;
	bool is64;
};

/* Reads the entry at an offset of the section. False at the end, or if it is malformed. */
static bool read_entry(const struct cfi *c, size_t at, struct entry *e)
{
	struct cursor d = cursor_at(c->section, c->address);
	uint64_t length;

	*e = (struct entry){ .at = at };
	cursor_skip(&d, at);
	length = cursor_int(&d, 4);
	e->is64 = length == EXTENDED_LENGTH;
	if (e->is64)
		length = cursor_int(&d, 8);
	if (d.failed || !length || length > cursor_left(&d))
		return false;
	d.end = d.at + length;
	e->next = (size_t)(d.end - d.start);
	e->id_at = (size_t)(d.at - d.start);
	e->id = cursor_int(&d, e->is64 && c->is_debug_frame ? 8 : 4);
	e->body = d;
	return !d.failed;
}

static bool is_cie(const struct cfi *c, const struct entry *e)
{
	if (!c->is_debug_frame)
		return e->id == 0;
	return e->id == (e->is64 ? UINT64_MAX : UINT32_MAX);
}

static void read_augmentation(struct cursor *d, const char *letters, uint8_t word, struct cie *cie)
{
	uint64_t length = cursor_uleb(d);
	struct cursor a = *d;

	cursor_skip(d, length);
	a.end = d->at;
	for (letters++; *letters; letters++) {
		switch (*letters) {
		case 'R': cie->pointers = (uint8_t)cursor_int(&a, 1); break;
		case 'L': cursor_int(&a, 1); break;
		case 'P': dwarf_pointer(&a, (uint8_t)cursor_int(&a, 1), 0, word); break;
		case 'S': cie->signal = true; break;
		case 'B': break; /* aarch64: return addresses are signed with key B */
		default: return;
		}
	}
}

static bool read_cie(const struct cfi *c, size_t at, struct cie *cie)
{
	struct entry e;
	struct cursor d;
	const char *letters;
	uint64_t version;

	*cie = (struct cie){ 0 };
	if (!read_entry(c, at, &e) || !is_cie(c, &e))
		return false;
	d = e.body;
	version = cursor_int(&d, 1);
	letters = (const char *)d.at;
	for (int n = 0; cursor_int(&d, 1); n++)
		if (n == MOST_LETTERS)
			return false;
	if (d.failed)
		return false;
	if (version >= 4)
		cursor_skip(&d, 2); /* sizes of addresses and segments */
	cie->code_align = cursor_uleb(&d);
	cie->data_align = cursor_sleb(&d);
	cie->ra = version == 1 ? cursor_int(&d, 1) : cursor_uleb(&d);
	cie->sized = letters[0] == 'z';
	if (cie->sized)
		read_augmentation(&d, letters, c->arch->word, cie);
	cie->program = d;
	return !d.failed;
}

/* Reads an FDE: its CIE, and its addresses. */
static bool read_fde(const struct cfi *c, size_t at, struct fde *fde)
{
	struct entry e;
	struct cursor d;
	uint64_t cie_at;

	if (!read_entry(c, at, &e) || is_cie(c, &e))
		return false;
	cie_at = c->is_debug_frame ? e.id : e.id_at - e.id;
	if ((!c->is_debug_frame && e.id > e.id_at) || !read_cie(c, (size_t)cie_at, &fde->cie))
		return false;
	d = e.body;
	fde->start = dwarf_pointer(&d, fde->cie.pointers, 0, c->arch->word);
	fde->length = dwarf_pointer(&d, fde->cie.pointers & 0x0f, 0, c->arch->word);
	if (fde->cie.sized)
		cursor_skip(&d, cursor_uleb(&d));
	fde->program = d;
	return !d.failed;
}

/* Finding FDEs */

static int32_t table_word(const struct cfi *c, size_t i)
{
	int32_t v;

	memcpy(&v, c->table.p + i * sizeof(v), sizeof(v));
	return v;
}

static size_t nentry(const struct cfi *c)
{
	return c->ntable ? c->ntable : c->nindex;
}

/* The start of the function of an entry, and the offset of its FDE. */
static uint64_t entry_start(const struct cfi *c, size_t i)
{
	return c->ntable ? c->table_base + (uint64_t)(int64_t)table_word(c, 2 * i) :
			   c->index[i].start;
}

static size_t entry_fde(const struct cfi *c, size_t i)
{
	if (!c->ntable)
		return c->index[i].fde;
	return (size_t)(c->table_base + (uint64_t)(int64_t)table_word(c, 2 * i + 1) - c->address);
}

/* The number of entries that begin at or before an address. */
static size_t entries_up_to(const struct cfi *c, uint64_t vaddr)
{
	size_t low = 0, high = nentry(c);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (entry_start(c, middle) <= vaddr)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The last FDE that begins at or before an address. */
static bool fde_before(const struct cfi *c, uint64_t vaddr, struct fde *fde)
{
	size_t n = entries_up_to(c, vaddr), at;

	if (!n)
		return false;
	at = entry_fde(c, n - 1);
	return at < c->section.n && read_fde(c, at, fde);
}

static struct rule rule_for(const struct cfi *c, const struct arch *arch, uint64_t vaddr)
{
	struct rule none = { .cfa = CFA_NONE };
	struct fde fde = { .start = 0 };

	if (!fde_before(c, vaddr, &fde))
		return none;
	if (vaddr < fde.start || vaddr - fde.start >= fde.length)
		return none;
	return cfa_program_rule(&fde, arch, c->section, vaddr);
}

struct rule cfi_rule(const struct cfi *c, uint64_t vaddr)
{
	return rule_for(c, c->arch, vaddr);
}

struct rule cfi_register_rule(const struct cfi *c, uint64_t vaddr, uint8_t reg)
{
	struct arch arch;

	if (!cfi_any(c))
		return (struct rule){ .cfa = CFA_NONE };
	arch = *c->arch;
	arch.fp = reg;
	return rule_for(c, &arch, vaddr);
}

bool cfi_function(const struct cfi *c, uint64_t vaddr, uint64_t *start, uint64_t *end)
{
	struct fde fde;

	if (!fde_before(c, vaddr, &fde) || vaddr - fde.start >= fde.length)
		return false;
	*start = fde.start;
	*end = fde.start + fde.length;
	return true;
}

void cfi_gap(const struct cfi *c, uint64_t vaddr, uint64_t *start, uint64_t *end)
{
	size_t next = entries_up_to(c, vaddr);
	struct fde fde;

	*start = fde_before(c, vaddr, &fde) ? fde.start + fde.length : 0;
	*end = next < nentry(c) ? entry_start(c, next) : UINT64_MAX;
}

bool cfi_any(const struct cfi *c)
{
	return c->ntable || c->nindex;
}

/* Opening */

static int by_start(const void *a, const void *b)
{
	const struct cfi_entry *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

/* Makes an index if there is no sorted table: reads all entries once, and sorts the functions. */
static void build_index(struct cfi *c)
{
	struct entry e;
	struct fde fde;

	for (size_t at = 0; at < c->section.n && c->nindex < MOST_INDEX; at = e.next) {
		if (!read_entry(c, at, &e))
			break;
		if (is_cie(c, &e) || !read_fde(c, at, &fde) || !fde.length || at > UINT32_MAX)
			continue;
		c->index = mem_grow(c->index, &c->index_cap, c->nindex + 1, sizeof(*c->index));
		c->index[c->nindex++] = (struct cfi_entry){ fde.start, (uint32_t)at, 0 };
	}
	if (c->nindex)
		qsort(c->index, c->nindex, sizeof(*c->index), by_start);
}

/* Reads .eh_frame_hdr: version, three encodings, the address of .eh_frame, the table. */
static bool open_header(struct cfi *c, const struct elf *e, const struct elf_segment *s)
{
	struct str bytes = elf_bytes(e, s->offset, s->filesz);
	struct cursor d = cursor_at(bytes, s->vaddr);
	uint8_t version = (uint8_t)cursor_int(&d, 1), frame_encoding, count_encoding, table;
	uint64_t count;

	frame_encoding = (uint8_t)cursor_int(&d, 1);
	count_encoding = (uint8_t)cursor_int(&d, 1);
	table = (uint8_t)cursor_int(&d, 1);
	c->address = dwarf_pointer(&d, frame_encoding, s->vaddr, c->arch->word);
	count = dwarf_pointer(&d, count_encoding, s->vaddr, c->arch->word);
	c->section = elf_at(e, c->address);
	if (d.failed || version != 1 || !c->section.n)
		return false;
	if (table != HDR_TABLE_I32 || count > cursor_left(&d) / 8)
		return true; /* the section is found; an index replaces the table */
	c->table = str((const char *)d.at, (size_t)count * 8);
	c->table_base = s->vaddr;
	c->ntable = (size_t)count;
	return true;
}

static bool open_eh_frame(struct cfi *c, const struct elf *e)
{
	const struct elf_section *s = elf_section(e, ".eh_frame");

	for (size_t i = 0; i < e->nsegment; i++)
		if (e->segment[i].type == ELF_SEGMENT_EH_FRAME &&
		    open_header(c, e, &e->segment[i]) && c->ntable)
			return true;
	if (s && elf_contents(e, s).n) {
		c->section = elf_contents(e, s);
		c->address = s->addr;
	}
	return c->section.n > 0;
}

static bool is_for(const struct elf *e, const struct arch *arch)
{
	return arch && e->machine == arch->machine && e->is64 == (arch->word == 8);
}

void cfi_open(struct cfi *c, const struct elf *e, const struct arch *arch)
{
	*c = (struct cfi){ .arch = arch };
	if (is_for(e, arch) && open_eh_frame(c, e) && !c->ntable)
		build_index(c);
}

/* Opens .debug_frame, which may be compressed, as all debugging information. */
void cfi_open_debug_frame(struct cfi *c, const struct elf *e, const struct arch *arch)
{
	const struct elf_section *s = elf_section(e, ".debug_frame");

	*c = (struct cfi){ .arch = arch, .is_debug_frame = true };
	if (!s || !is_for(e, arch))
		return;
	c->section = elf_unpack(e, ".debug_frame", &c->plain);
	c->address = s->addr;
	build_index(c);
}

void cfi_close(struct cfi *c)
{
	mem_free(c->index, c->index_cap * sizeof(*c->index));
	buf_release(&c->plain);
	*c = (struct cfi){ 0 };
}
