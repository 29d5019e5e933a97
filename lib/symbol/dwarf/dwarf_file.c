#include "symbol/dwarf/dwarf_file.h"

#include <stddef.h>
#include <stdio.h>

#include "object/unpack.h"
#include "symbol/dwarf/dwarf_abbrevs.h"
#include "symbol/dwarf/dwarf_function.h"
#include "symbol/dwarf/dwarf_value.h"
#include "symbol/kept_bytes.h"

/* About the bytes that libdw keeps for each unit that it has passed. */
enum { UNIT_HOLDS = 1200 };

/* Steps of the budget for a unit: no real file has a unit every few bytes. */
enum { UNIT_STEPS = 4096 };

/*
 * The ELF image that libdw reads. It has only the headers and names of sections; each
 * section is one byte long until its descriptor (Elf_Data) points to the real bytes.
 */
#define NAME_SIZE 20
#define SECTION(i, kind, at, size)                                                                 \
	[(i) + 1] = {                                                                              \
		.sh_name = (i)*NAME_SIZE, .sh_type = (kind), .sh_offset = (at), .sh_size = (size)  \
	}
#define DEBUG_SECTION(i) SECTION(i, SHT_PROGBITS, 0, 1)
static const struct image {
	Elf64_Ehdr header;
	Elf64_Shdr section[DWARF_SECTIONS + 2];
	char name[DWARF_SECTIONS + 1][NAME_SIZE];
} image = {
	.header = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
				 EV_CURRENT },
		    .e_type = ET_DYN,
		    .e_version = EV_CURRENT,
		    .e_shoff = offsetof(struct image, section),
		    .e_shentsize = sizeof(Elf64_Shdr),
		    .e_shnum = DWARF_SECTIONS + 2,
		    .e_shstrndx = DWARF_SECTIONS + 1 },
	.section = { DEBUG_SECTION(DWARF_INFO), DEBUG_SECTION(DWARF_ABBREV),
		     DEBUG_SECTION(DWARF_LINE), DEBUG_SECTION(DWARF_STR),
		     DEBUG_SECTION(DWARF_LINE_STR), DEBUG_SECTION(DWARF_STR_OFFSETS),
		     DEBUG_SECTION(DWARF_ADDR), DEBUG_SECTION(DWARF_RANGES),
		     DEBUG_SECTION(DWARF_RNGLISTS),
		     SECTION(DWARF_SECTIONS, SHT_STRTAB, offsetof(struct image, name),
			     sizeof(image.name)) },
	.name = { [DWARF_INFO] = ".debug_info",
		  [DWARF_ABBREV] = ".debug_abbrev",
		  [DWARF_LINE] = ".debug_line",
		  [DWARF_STR] = ".debug_str",
		  [DWARF_LINE_STR] = ".debug_line_str",
		  [DWARF_STR_OFFSETS] = ".debug_str_offsets",
		  [DWARF_ADDR] = ".debug_addr",
		  [DWARF_RANGES] = ".debug_ranges",
		  [DWARF_RNGLISTS] = ".debug_rnglists",
		  [DWARF_SECTIONS] = ".shstrtab" },
};

/* Decompresses a section, and keeps the result, which the next window may need again. */
static struct str unpack_section(struct dwarf_file *f, const struct elf *e, size_t i,
				 const char *name)
{
	struct kept_key key = { e->identity, i << 1 | f->split };
	struct str kept = kept_bytes_find(key), bytes;

	if (kept.p)
		return kept;
	bytes = elf_unpack(e, name, &f->room[i]);
	if (f->room[i].n && e->identity.inode)
		kept = kept_bytes_add(key, bytes);
	if (!kept.p)
		return bytes;
	buf_release(&f->room[i]);
	return kept;
}

void dwarf_file_sections(struct dwarf_file *f, const struct elf *e)
{
	for (size_t i = 0; i < DWARF_SECTIONS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%.19s%s", image.name[i], f->split ? ".dwo" : "");
		f->section[i] = unpack_section(f, e, i, name);
	}
}

/* libdw's handle */

/* libdw 0.188 reads the first bytes of these sections without checking their size. */
static void drop_short_sections(struct dwarf_file *f)
{
	static const uint8_t with_header[] = { DWARF_STR_OFFSETS, DWARF_RNGLISTS };

	for (size_t i = 0; i < LEN(with_header); i++)
		if (f->section[with_header[i]].n < 8)
			f->section[with_header[i]] = S("");
}

/* Which of a section's two descriptors libdw takes depends on its version. */
static bool make_view(struct dwarf_file *f)
{
	drop_short_sections(f);
	f->view = elf_memory((char *)&image, sizeof(image)); /* it is only read */
	for (size_t i = 0; i < DWARF_SECTIONS; i++) {
		Elf_Scn *section = elf_getscn(f->view, i + 1);

		f->data[i][0] = elf_getdata(section, NULL);
		f->data[i][1] = elf_rawdata(section, NULL);
		for (size_t j = 0; j < 2; j++) {
			if (!f->data[i][j])
				return false;
			f->data[i][j]->d_buf = (void *)f->section[i].p;
			f->data[i][j]->d_size = f->section[i].n;
		}
	}
	return true;
}

void dwarf_file_cut(struct dwarf_file *f, enum dwarf_section section, size_t size)
{
	for (size_t j = 0; j < 2; j++)
		f->data[section][j]->d_size = size;
}

bool dwarf_file_begin(struct dwarf_file *f)
{
	if (f->handle)
		return true;
	if (f->section[DWARF_INFO].n && make_view(f))
		f->handle = dwarf_begin_elf(f->view, DWARF_C_READ, NULL);
	if (!f->handle) {
		dwarf_file_end(f);
		return false;
	}
	f->held = f->nunit * UNIT_HOLDS;
	if (f->alt && dwarf_file_begin(f->alt))
		dwarf_setalt(f->handle, f->alt->handle);
	return true;
}

void dwarf_file_end(struct dwarf_file *f)
{
	dwarf_end(f->handle);
	elf_end(f->view);
	f->handle = NULL;
	f->view = NULL;
	f->held = 0;
	memset(f->data, 0, sizeof(f->data));
	if (f->alt)
		dwarf_file_end(f->alt);
}

void dwarf_file_release(struct dwarf_file *f)
{
	dwarf_file_end(f);
	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		buf_release(&f->room[i]);
	mem_free(f->unit, f->unit_cap * sizeof(*f->unit));
	dwarf_functions_release(f);
	*f = (struct dwarf_file){ 0 };
}

/* Units */

/* The fields of a unit's header, for later children. */
struct kept_unit {
	uint64_t offset, end, root, abbrevs;
	uint8_t version, address_size, offset_size, zero[5];
};

static bool take_units(struct dwarf_file *f, struct str kept)
{
	const struct kept_unit *k = (const void *)kept.p;
	size_t n = kept.n / sizeof(*k);

	if (!kept.p)
		return false;
	f->unit = mem_grow(f->unit, &f->unit_cap, n, sizeof(*f->unit));
	for (f->nunit = 0; f->nunit < n; f->nunit++, k++)
		f->unit[f->nunit] = (struct dwarf_unit){ .file = f,
							 .offset = k->offset,
							 .end = k->end,
							 .root = k->root,
							 .abbrevs = k->abbrevs,
							 .version = k->version,
							 .address_size = k->address_size,
							 .offset_size = k->offset_size };
	return true;
}

static void keep_units(const struct dwarf_file *f, struct kept_key key)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < f->nunit; i++) {
		const struct dwarf_unit *u = &f->unit[i];
		struct kept_unit k = { u->offset,  u->end,          u->root,        u->abbrevs,
				       u->version, u->address_size, u->offset_size, { 0 } };

		buf_put(&list, &k, sizeof(k));
	}
	kept_bytes_add(key, buf_str(&list));
	buf_release(&list);
}

static void read_units(struct dwarf_file *f)
{
	struct dwarf_unit u = { .file = f };
	uint16_t version;
	uint64_t next;
	size_t header;

	while (dwarf_next_unit(f->handle, u.offset, &next, &header, &version, &u.abbrevs,
			       &u.address_size, &u.offset_size, NULL, NULL) == 0 &&
	       dwarf_work(f, UNIT_STEPS)) {
		u.version = (uint8_t)version;
		u.root = u.offset + header;
		u.end = min_size((size_t)next, f->section[DWARF_INFO].n);
		/* To reach a unit, libdw reads the headers of all units before it. */
		if (version < 2 || version > 5 || !dwarf_afford_root(&u))
			break;
		f->unit = mem_grow(f->unit, &f->unit_cap, f->nunit + 1, sizeof(*f->unit));
		f->unit[f->nunit++] = u;
		u.offset = next;
	}
	f->held = f->nunit * UNIT_HOLDS;
}

void dwarf_file_units(struct dwarf_file *f)
{
	dwarf_functions_init(f);
	if (dwarf_file_begin(f))
		read_units(f);
}

void dwarf_file_units_of(struct dwarf_file *f, const struct elf *e)
{
	struct kept_key key = { e->identity, DWARF_KEEPS_UNITS };

	dwarf_functions_init(f);
	if (!dwarf_file_begin(f) || take_units(f, kept_bytes_find(key)))
		return;
	read_units(f);
	if (e->identity.inode && f->nunit)
		keep_units(f, key);
}

struct dwarf_unit *dwarf_unit_at(const struct dwarf_file *f, uint64_t offset)
{
	size_t from = 0, to = f->nunit;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (f->unit[mid].offset <= offset)
			from = mid + 1;
		else
			to = mid;
	}
	if (!from || offset < f->unit[from - 1].root || offset >= f->unit[from - 1].end)
		return NULL;
	return &f->unit[from - 1];
}

bool dwarf_entry_at(struct dwarf_place at, Dwarf_Die *entry)
{
	return dwarf_unit_at(at.file, at.offset) && dwarf_file_begin(at.file) &&
	       dwarf_offdie(at.file->handle, at.offset, entry);
}

static int read_attribute(Dwarf_Attribute *a, void *unit)
{
	struct dwarf_unit *u = unit;

	switch (dwarf_whatattr(a)) {
	case DW_AT_low_pc: dwarf_formaddr(a, &u->low); break;
	case DW_AT_language: u->language = (uint16_t)dwarf_number(a); break;
	case DW_AT_comp_dir: u->comp_dir = dwarf_text(u->file, a); break;
	case DW_AT_dwo_name:
	case DW_AT_GNU_dwo_name: u->dwo_name = dwarf_text(u->file, a); break;
	case DW_AT_addr_base:
	case DW_AT_GNU_addr_base: u->addr_base = dwarf_number(a); break;
	case DW_AT_rnglists_base: u->rnglists_base = dwarf_number(a); break;
	case DW_AT_GNU_ranges_base: u->ranges_base = dwarf_number(a); break;
	case DW_AT_stmt_list:
		u->lines = dwarf_number(a);
		u->has_lines = true;
		break;
	default: break;
	}
	return DWARF_CB_OK;
}

bool dwarf_unit_read(struct dwarf_unit *u, Dwarf_Die *root)
{
	if (!dwarf_entry_at((struct dwarf_place){ u->file, u->root }, root))
		return false;
	u->read = true;
	/* By default the lists of a split unit begin after the header of the section. */
	if (u->file->split && u->version >= 5)
		u->rnglists_base = u->offset_size == 8 ? 20 : 12;
	dwarf_getattrs(root, read_attribute, u, 0);
	dwarf_cu_info(root->cu, NULL, &u->type, NULL, NULL, &u->dwo_id, NULL, NULL);
	if (u->type == DW_UT_type || u->type == DW_UT_split_type)
		u->dwo_id = 0;
	return true;
}
