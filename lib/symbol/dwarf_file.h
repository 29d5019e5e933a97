/*
 * DWARF (dwarfstd.org, versions 2 to 5) through libdw: files and units. A file is a
 * set of sections, cut into units; a unit (usually one translation unit of the
 * compiler) is a tree of entries (DIEs).
 *
 * libdw is given sections and nothing else: an ELF descriptor of our own over bytes that
 * are mapped or decompressed. So it never opens a file (it would wait for a FIFO in the
 * place of one), only what is needed is decompressed, and split units can be read whose
 * addresses are in another file. libdw's memory grows with each unit that is looked into
 * and is freed when the handle is ended. What is kept of a file is offsets and slices of
 * sections, so a handle can be ended and begun again at any time.
 *
 * All of it is untrusted. libdw checks bounds, but can be made to take long and to
 * allocate much: whatever is done in a loop draws on a budget, see dwarf_work().
 */
#ifndef SYMBOL_DWARF_FILE_H
#define SYMBOL_DWARF_FILE_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "base/table.h"
#include "object/elf.h"

enum dwarf_section {
	DWARF_INFO,
	DWARF_ABBREV,
	DWARF_LINE,
	DWARF_STR,
	DWARF_LINE_STR,
	DWARF_STR_OFFSETS,
	DWARF_ADDR,
	DWARF_RANGES,   /* up to version 4 */
	DWARF_RNGLISTS, /* from version 5 on */
	DWARF_SECTIONS,
};

/*
 * One file's sections: those of an ELF image, of an alternate file that several share
 * (dwz), or of one split unit (a .dwo, or its share of a .dwp).
 */
struct dwarf_file {
	struct str section[DWARF_SECTIONS];
	struct buf room[DWARF_SECTIONS]; /* of those that were compressed */
	struct dwarf_unit *unit;         /* in the order of their offsets */
	size_t nunit, unit_cap;
	struct dwarf_file *alt; /* NULL: there is none */
	uint64_t *work;         /* steps left; shared by all files that belong together */
	uint64_t least;         /* code below was discarded by the linker */
	struct table functions; /* struct dwarf_function */
	bool split;
	/* libdw's, while the handle is open. */
	Elf *view;
	Dwarf *handle;
	Elf_Data *data[DWARF_SECTIONS][2];
	size_t held; /* bytes that libdw has allocated, about */
};

struct dwarf_unit {
	struct dwarf_file *file;
	uint64_t offset, end; /* in .debug_info */
	uint64_t root;        /* its root entry */
	uint64_t abbrevs;     /* its abbreviations, in .debug_abbrev */
	uint8_t version, address_size, offset_size, type;
	/* What the root entry says, after dwarf_unit_read(). */
	bool read, has_lines;
	uint16_t language;
	uint64_t lines; /* its line table, in .debug_line */
	uint64_t low;   /* what its ranges are relative to */
	uint64_t addr_base, rnglists_base, ranges_base;
	uint64_t dwo_id; /* 0: this is not half of a split unit */
	struct str comp_dir, dwo_name;
	struct dwarf_unit *skeleton; /* of a split unit: the half in the image */
	/* Made when the unit is looked into: see dwarf.c. */
	struct dwarf_contents *contents;
};

/* An entry, by its offset in .debug_info. */
struct dwarf_place {
	struct dwarf_file *file;
	uint64_t offset;
};

/* Take n steps. False when the budget is spent: then the caller gives up. */
static inline bool dwarf_work(const struct dwarf_file *f, uint64_t n)
{
	uint64_t have = *f->work;

	*f->work = n < have ? have - n : 0;
	return n < have;
}

/*
 * Take the sections out of an image, which must stay open: those for split units
 * when f->split is set. Then list the units in them. f has been set up otherwise;
 * dwarf_file_release() undoes both.
 */
void dwarf_file_sections(struct dwarf_file *f, const struct elf *e);
void dwarf_file_units(struct dwarf_file *f);
void dwarf_file_release(struct dwarf_file *f);

/* Begin libdw's handle, unless it is open: false when it cannot. End it. */
bool dwarf_file_begin(struct dwarf_file *f);
void dwarf_file_end(struct dwarf_file *f);

/* Show libdw the first bytes of a section only, until it is called with the full size. */
void dwarf_file_cut(struct dwarf_file *f, enum dwarf_section section, size_t size);

/* Read what a unit's root entry says into the unit, and the entry into *root. */
bool dwarf_unit_read(struct dwarf_unit *u, Dwarf_Die *root);

/* The unit that an offset in .debug_info lies in, or NULL. */
struct dwarf_unit *dwarf_unit_at(const struct dwarf_file *f, uint64_t offset);

/* The entry at a place. */
bool dwarf_entry_at(struct dwarf_place at, Dwarf_Die *entry);

#endif
