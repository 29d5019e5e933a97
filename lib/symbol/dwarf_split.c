#include "symbol/dwarf_split.h"

#include <stdio.h>

#include "symbol/other_file.h"

/* Columns of a package's index: version 2 is GNU's, version 5 the standard's. */
static const struct {
	uint8_t section[2]; /* enum dwarf_section + 1 by version, 0 = of no use */
} columns[] = {
	[1] = { { DWARF_INFO + 1, DWARF_INFO + 1 } },
	[3] = { { DWARF_ABBREV + 1, DWARF_ABBREV + 1 } },
	[4] = { { DWARF_LINE + 1, DWARF_LINE + 1 } },
	[6] = { { DWARF_STR_OFFSETS + 1, DWARF_STR_OFFSETS + 1 } },
	[8] = { { 0, DWARF_RNGLISTS + 1 } },
};

/* The index: a hash table of unit ids, and for each unit its share of each section. */
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

/* The row of a unit, counted from 1; 0 when the package does not have it. */
static uint32_t find_row(const struct package_index *ix, uint64_t id)
{
	uint64_t mask = (uint64_t)ix->nslot - 1, at = id & mask, step = (id >> 32 & mask) | 1;

	for (uint32_t i = 0; i < ix->nslot; i++, at = (at + step) & mask) {
		uint64_t row = number_at(ix->bytes, 16 + 8 * (uint64_t)ix->nslot + 4 * at, 4);

		if (!row || row > ix->nunit)
			return 0;
		if (number_at(ix->bytes, 16 + 8 * at, 8) == id)
			return (uint32_t)row;
	}
	return 0;
}

/* Cut the unit's share out of each section. */
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

static bool from_package(struct dwarf_split *s, struct dwarf_package *p, uint64_t id)
{
	struct package_index ix;
	uint32_t row;

	if (!open_package(p) ||
	    !read_index(&ix, elf_contents(&p->elf, elf_section(&p->elf, ".debug_cu_index"))))
		return false;
	row = find_row(&ix, id);
	if (row)
		cut_shares(&ix, row, &p->whole, &s->file);
	return row != 0;
}

/* The unit of that id: a .dwo may hold several. */
static bool find_unit(struct dwarf_split *s, uint64_t id)
{
	struct dwarf_entry root;

	dwarf_file_units(&s->file);
	for (size_t i = 0; i < s->file.nunit && !s->unit; i++) {
		struct dwarf_unit *u = &s->file.unit[i];

		if (dwarf_unit_read(u, &root) && root.tag == TAG_COMPILE_UNIT && u->dwo_id == id)
			s->unit = u;
	}
	return s->unit != NULL;
}

/* What a split unit has from its skeleton. */
static void borrow(struct dwarf_split *s, const struct dwarf_unit *skeleton)
{
	static const uint8_t sections[] = { DWARF_ADDR, DWARF_RANGES };
	const struct dwarf_file *from = skeleton->file;

	for (size_t i = 0; i < LEN(sections); i++)
		s->file.section[sections[i]] = from->section[sections[i]];
	s->unit->skeleton = skeleton;
	s->unit->addr_base = skeleton->addr_base;
	s->unit->ranges_base = skeleton->ranges_base;
	s->unit->low = skeleton->low;
}

static bool from_file(struct dwarf_split *s, const char *path, const struct dwarf_unit *skeleton)
{
	int fd = other_file_open(path);
	const char *why;
	bool ok = fd >= 0 && elf_open(&s->elf, fd, &why);

	other_file_close(fd);
	if (!ok)
		return false;
	dwarf_file_sections(&s->file, &s->elf);
	return find_unit(s, skeleton->dwo_id);
}

static void clear(struct dwarf_split *s, const struct dwarf_unit *skeleton)
{
	dwarf_file_release(&s->file);
	elf_close(&s->elf);
	*s = (struct dwarf_split){ 0 };
	s->file.split = true;
	s->file.work = skeleton->file->work;
	s->file.least = skeleton->file->least;
}

/* "DIR/NAME" with a NUL; the name alone when it is absolute. */
static const char *join(struct buf *path, struct str dir, struct str name)
{
	path->n = 0;
	if (!str_starts(name, S("/")) && dir.n)
		buf_printf(path, "%.*s/", STR_ARG(dir));
	buf_add(path, name);
	buf_ch(path, '\0');
	return path->p;
}

/* Look where the skeleton says, then beside the binary. */
static bool search(struct dwarf_split *s, struct dwarf_package *p,
		   const struct dwarf_unit *skeleton)
{
	struct str binary = str_of(p->binary), name = skeleton->dwo_name;
	struct str beside = str(binary.p, binary.n - str_basename(binary).n);
	struct buf path = { 0 };
	bool ok;

	clear(s, skeleton);
	ok = from_package(s, p, skeleton->dwo_id) && find_unit(s, skeleton->dwo_id);
	for (int i = 0; i < 3 && !ok && name.n; i++) {
		clear(s, skeleton);
		ok = from_file(s,
			       join(&path, i == 0 ? skeleton->comp_dir : beside,
				    i == 2 ? str_basename(name) : name),
			       skeleton);
	}
	buf_release(&path);
	return ok;
}

struct dwarf_split *dwarf_split_open(struct dwarf_package *p, const struct dwarf_unit *skeleton)
{
	struct dwarf_split *s = mem_zeroed(1, sizeof(*s));

	if (search(s, p, skeleton)) {
		borrow(s, skeleton);
		return s;
	}
	dwarf_split_close(s);
	return NULL;
}

void dwarf_split_close(struct dwarf_split *s)
{
	if (!s)
		return;
	dwarf_file_release(&s->file);
	elf_close(&s->elf);
	mem_free(s, sizeof(*s));
}

void dwarf_package_close(struct dwarf_package *p)
{
	if (p->open) {
		dwarf_file_release(&p->whole);
		elf_close(&p->elf);
	}
	*p = (struct dwarf_package){ .binary = p->binary };
}
