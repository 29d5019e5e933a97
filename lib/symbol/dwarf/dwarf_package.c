#include "symbol/dwarf/dwarf_package.h"

#include "io/cursor.h"
#include "symbol/other_file.h"

/* Columns of a package's index: version 2 is GNU's, version 5 the standard's. */
static const struct {
	uint8_t section[2]; /* enum dwarf_section + 1 by version, 0 = not needed */
} columns[] = {
	[1] = { { DWARF_INFO + 1, DWARF_INFO + 1 } },
	[3] = { { DWARF_ABBREV + 1, DWARF_ABBREV + 1 } },
	[4] = { { DWARF_LINE + 1, DWARF_LINE + 1 } },
	[6] = { { DWARF_STR_OFFSETS + 1, DWARF_STR_OFFSETS + 1 } },
	[8] = { { 0, DWARF_RNGLISTS + 1 } },
};

/* The index: a hash table of unit ids, and for each unit its part of each section. */
struct package_index {
	struct str bytes;
	uint32_t version, ncolumn, nunit, nslot;
};

static uint64_t number_at(struct str s, uint64_t offset, unsigned size)
{
	struct cursor c = cursor_from(s, offset);

	return cursor_int(&c, size);
}

static bool read_index(struct package_index *ix, struct str bytes)
{
	ix->bytes = bytes;
	ix->version = (uint32_t)number_at(bytes, 0, 2);
	ix->ncolumn = (uint32_t)number_at(bytes, 4, 4);
	ix->nunit = (uint32_t)number_at(bytes, 8, 4);
	ix->nslot = (uint32_t)number_at(bytes, 12, 4);
	return (ix->version == 2 || ix->version == 5) && ix->ncolumn <= 16 &&
	       ix->nslot <= bytes.n / 12;
}

/* The row of a unit, counted from 1; 0 if the package does not have it. */
static uint32_t find_row(const struct package_index *ix, uint64_t id, const struct dwarf_file *f)
{
	uint64_t mask = (uint64_t)ix->nslot - 1, at = id & mask, step = (id >> 32 & mask) | 1;

	for (uint32_t i = 0; i < ix->nslot && dwarf_work(f, 1); i++, at = (at + step) & mask) {
		uint64_t row = number_at(ix->bytes, 16 + 8 * (uint64_t)ix->nslot + 4 * at, 4);

		if (!row || row > ix->nunit)
			return 0;
		if (number_at(ix->bytes, 16 + 8 * at, 8) == id)
			return (uint32_t)row;
	}
	return 0;
}

/* Cut the unit's part out of each section. */
static void cut_shares(const struct package_index *ix, uint32_t row, const struct dwarf_file *whole,
		       struct dwarf_file *to)
{
	uint64_t table = 16 + 12 * (uint64_t)ix->nslot, line = 4 * (uint64_t)ix->ncolumn;
	uint64_t sizes = table + line * ((uint64_t)ix->nunit + 1);

	to->section[DWARF_STR] = whole->section[DWARF_STR];
	for (uint32_t i = 0; i < ix->ncolumn; i++) {
		uint64_t kind = number_at(ix->bytes, table + 4 * i, 4);
		uint64_t offset = number_at(ix->bytes, table + line * row + 4 * i, 4);
		uint64_t size = number_at(ix->bytes, sizes + line * (row - 1) + 4 * i, 4);
		struct cursor c;
		int section = kind < LEN(columns) ? columns[kind].section[ix->version == 5] : 0;

		if (!section--)
			continue;
		c = cursor_from(whole->section[section], offset);
		to->section[section] = cursor_bytes(&c, size);
	}
}

static bool open_package(struct dwarf_package *p)
{
	struct buf path = { 0 };
	const char *why;
	int fd;

	if (p->tried)
		return p->open;
	p->tried = true;
	buf_printf(&path, "%s.dwp", p->binary);
	buf_ch(&path, '\0');
	fd = other_file_open(path.p);
	buf_release(&path);
	p->open = fd >= 0 && elf_open(&p->elf, fd, &why);
	other_file_close(fd);
	p->whole.split = true;
	if (p->open)
		dwarf_file_sections(&p->whole, &p->elf);
	return p->open;
}

bool dwarf_package_find(struct dwarf_package *p, uint64_t id, struct dwarf_file *to)
{
	struct package_index ix;
	uint32_t row;

	if (!open_package(p) ||
	    !read_index(&ix, elf_contents(&p->elf, elf_section(&p->elf, ".debug_cu_index"))))
		return false;
	row = find_row(&ix, id, to);
	if (row)
		cut_shares(&ix, row, &p->whole, to);
	return row != 0;
}

void dwarf_package_close(struct dwarf_package *p)
{
	if (p->open) {
		dwarf_file_release(&p->whole);
		elf_close(&p->elf);
	}
	*p = (struct dwarf_package){ .binary = p->binary };
}
