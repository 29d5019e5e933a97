#include "symbol/dwarf/dwarf_split.h"

#include "symbol/other_file.h"

/*
 * Find the unit with that id: a .dwo may hold several. The skeleton has its addresses, and
 * the offset at which they begin in their section.
 */
static bool find_unit(struct dwarf_split *s, struct dwarf_unit *skeleton)
{
	const struct dwarf_file *from = skeleton->file;
	struct str addresses = from->section[DWARF_ADDR];
	Dwarf_Die root;

	s->file.section[DWARF_ADDR] = str_skip(addresses,
					       min_size((size_t)skeleton->addr_base, addresses.n));
	s->file.section[DWARF_RANGES] = from->section[DWARF_RANGES];
	dwarf_file_units(&s->file);
	for (size_t i = 0; i < s->file.nunit && !s->unit; i++) {
		struct dwarf_unit *u = &s->file.unit[i];

		if (dwarf_unit_read(u, &root) && dwarf_tag(&root) == DW_TAG_compile_unit &&
		    u->dwo_id == skeleton->dwo_id)
			s->unit = u;
	}
	if (!s->unit)
		return false;
	s->unit->skeleton = skeleton;
	s->unit->ranges_base = skeleton->ranges_base;
	s->unit->low = skeleton->low;
	return true;
}

static bool from_file(struct dwarf_split *s, const char *path, struct dwarf_unit *skeleton)
{
	int fd = other_file_open(path);
	const char *why;
	bool ok = fd >= 0 && elf_open(&s->elf, fd, &why);

	other_file_close(fd);
	if (!ok)
		return false;
	dwarf_file_sections(&s->file, &s->elf);
	return find_unit(s, skeleton);
}

static void clear(struct dwarf_split *s, struct dwarf_unit *skeleton)
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

/* Try the path in the skeleton, then the directory of the binary. */
static bool find_split(struct dwarf_split *s, struct dwarf_package *p, struct dwarf_unit *skeleton)
{
	struct str binary = str_of(p->binary), name = skeleton->dwo_name;
	struct str beside = str(binary.p, binary.n - str_basename(binary).n);
	struct buf path = { 0 };
	bool ok;

	clear(s, skeleton);
	ok = dwarf_package_find(p, skeleton->dwo_id, &s->file) && find_unit(s, skeleton);
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

struct dwarf_split *dwarf_split_open(struct dwarf_package *p, struct dwarf_unit *skeleton)
{
	enum { STEPS = 1 << 14 }; /* opening a file is expensive */
	struct dwarf_split *s = mem_zeroed(1, sizeof(*s));

	if (dwarf_work(skeleton->file, STEPS) && find_split(s, p, skeleton))
		return s;
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
