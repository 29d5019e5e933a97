#include "symbol/dwarf_file.h"

#include <stdio.h>

#include "object/unpack.h"
#include "symbol/dwarf_abbrevs.h"
#include "symbol/dwarf_function.h"
#include "symbol/dwarf_value.h"

/* Bytes that libdw keeps for a unit that it has passed, about. */
enum { UNIT_HOLDS = 1200 };

/* Steps of the budget for a unit: no honest file has one for each few bytes. */
enum { UNIT_STEPS = 4096 };

/* The names in an image; those of split units end in ".dwo". Together a string section. */
static const char names[DWARF_SECTIONS + 1][20] = {
	[DWARF_INFO] = ".debug_info",         [DWARF_ABBREV] = ".debug_abbrev",
	[DWARF_LINE] = ".debug_line",         [DWARF_STR] = ".debug_str",
	[DWARF_LINE_STR] = ".debug_line_str", [DWARF_STR_OFFSETS] = ".debug_str_offsets",
	[DWARF_ADDR] = ".debug_addr",         [DWARF_RANGES] = ".debug_ranges",
	[DWARF_RNGLISTS] = ".debug_rnglists", [DWARF_SECTIONS] = ".shstrtab",
};

void dwarf_file_sections(struct dwarf_file *f, const struct elf *e)
{
	f->elf = e;
	for (size_t i = 0; i < DWARF_SECTIONS; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%.19s%s", names[i], f->split ? ".dwo" : "");
		f->section[i] = elf_unpack(e, name, &f->room[i]);
	}
}

/* libdw's handle */

static Elf_Data *add_section(Elf *view, size_t i, struct str bytes)
{
	Elf_Scn *section = elf_newscn(view);
	Elf_Data *data = section ? elf_newdata(section) : NULL;
	GElf_Shdr header;

	if (!data || !gelf_getshdr(section, &header))
		return NULL;
	data->d_buf = (void *)bytes.p; /* it is only read */
	data->d_size = bytes.n;
	header.sh_type = i == DWARF_SECTIONS ? SHT_STRTAB : SHT_PROGBITS;
	header.sh_name = (uint32_t)(i * sizeof(names[0]));
	header.sh_size = bytes.n;
	return gelf_update_shdr(section, &header) ? data : NULL;
}

/* libdw 0.188 reads the first bytes of these sections without looking how many there are. */
static bool is_too_short(const struct dwarf_file *f, size_t i)
{
	return f->section[i].n < 8 && (i == DWARF_STR_OFFSETS || i == DWARF_RNGLISTS);
}

/* Make the descriptor that has the sections, and names for them. */
static bool make_view(struct dwarf_file *f)
{
	struct str strings = str(names[0], sizeof(names));
	GElf_Ehdr header;

	f->view = elf_clone(f->elf->handle, ELF_C_EMPTY);
	if (!f->view || !gelf_newehdr(f->view, f->elf->is64 ? ELFCLASS64 : ELFCLASS32) ||
	    !add_section(f->view, DWARF_SECTIONS, strings) || !gelf_getehdr(f->view, &header))
		return false;
	header.e_ident[EI_DATA] = ELFDATA2LSB;
	header.e_shstrndx = 1;
	for (size_t i = 0; i < DWARF_SECTIONS; i++)
		if (f->section[i].n && !is_too_short(f, i))
			f->data[i] = add_section(f->view, i, f->section[i]);
	return gelf_update_ehdr(f->view, &header);
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
	table_release(&f->functions);
	*f = (struct dwarf_file){ 0 };
}

/* Units */

void dwarf_file_units(struct dwarf_file *f)
{
	struct dwarf_unit u = { .file = f };
	uint16_t version;
	uint64_t next;
	size_t header;

	table_init(&f->functions, sizeof(struct dwarf_function), sizeof(uint64_t));
	if (!dwarf_file_begin(f))
		return;
	while (dwarf_next_unit(f->handle, u.offset, &next, &header, &version, &u.abbrevs,
			       &u.address_size, &u.offset_size, NULL, NULL) == 0 &&
	       dwarf_work(f, UNIT_STEPS)) {
		u.version = (uint8_t)version;
		u.root = u.offset + header;
		u.end = min_size((size_t)next, f->section[DWARF_INFO].n);
		/* libdw passes all units before one that it is asked for. */
		if (version < 2 || version > 5 || !dwarf_afford_root(&u))
			break;
		f->unit = mem_grow(f->unit, &f->unit_cap, f->nunit + 1, sizeof(*f->unit));
		f->unit[f->nunit++] = u;
		u.offset = next;
	}
	f->held = f->nunit * UNIT_HOLDS;
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
	/* Where a split unit says nothing, its lists begin after the header of the section. */
	if (u->file->split && u->version >= 5)
		u->rnglists_base = u->offset_size == 8 ? 20 : 12;
	dwarf_getattrs(root, read_attribute, u, 0);
	dwarf_cu_info(root->cu, NULL, &u->type, NULL, NULL, &u->dwo_id, NULL, NULL);
	if (u->type == DW_UT_type || u->type == DW_UT_split_type)
		u->dwo_id = 0;
	return true;
}
