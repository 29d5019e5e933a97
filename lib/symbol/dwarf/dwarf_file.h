/*
 * DWARF (dwarfstd.org, versions 2 to 5) through libdw: files and units. A file is a set
 * of sections, which contain units; a unit (usually one translation unit of the compiler)
 * is a tree of entries (DIEs).
 *
 * libdw gets only sections: an ELF descriptor made here, over mapped or decompressed bytes. So it
 * never opens a file (which would wait if the file is a FIFO), only the needed sections are
 * decompressed, and a split unit can be read although its addresses are in another file. libdw's
 * memory grows with each unit that is read, and is freed with the handle. Only offsets and slices
 * of sections are kept, so a handle can be ended and begun again at any time.
 *
 * All input is untrusted. libdw checks bounds, but a hostile file can make it take long
 * and allocate much, so every loop draws on a budget: see dwarf_work().
 */
#ifndef SYMBOL_DWARF_FILE_H
#define SYMBOL_DWARF_FILE_H

#include <dwarf.h>
#include <elfutils/libdw.h>

#include "base/strings.h"
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

/* Keys of kept_bytes.h for data kept for later children; the keys of sections are smaller. */
enum { DWARF_KEEPS_UNITS = 250, DWARF_KEEPS_INDEX, KEEPS_MINI, KEEPS_SYMBOLS };

/*
 * The sections of one file: of an ELF image, of an alternate file (dwz), or of one split
 * unit (a .dwo, or its part of a .dwp).
 */
struct dwarf_file {
	struct str section[DWARF_SECTIONS];
	struct buf room[DWARF_SECTIONS]; /* the bytes of compressed sections */
	struct dwarf_unit *unit;         /* in the order of their offsets */
	size_t nunit, unit_cap;
	struct dwarf_file *alt; /* the alternate file; NULL = none */
	uint64_t *work;         /* steps left; shared by the files of one binary */
	uint64_t least;         /* the linker discarded code at lower addresses */
	struct table functions; /* struct dwarf_function */
	struct table members;   /* struct dwarf_member */
	struct table scopes;    /* of dwarf_scopes.c: functions of C++, and their scopes */
	struct strings scoped;  /* these scopes; names of functions with them */
	bool split;
	/* Of libdw, while the handle is open: */
	Elf *view;
	Dwarf *handle;
	Elf_Data *data[DWARF_SECTIONS][2];
	size_t held; /* about the bytes that libdw has allocated */
};

struct dwarf_unit {
	struct dwarf_file *file;
	uint64_t offset, end; /* in .debug_info */
	uint64_t root;        /* its root entry */
	uint64_t abbrevs;     /* its abbreviations, in .debug_abbrev */
	uint8_t version, address_size, offset_size, type;
	/* From the root entry, after dwarf_unit_read(): */
	bool read, has_lines;
	uint16_t language;
	uint64_t lines; /* its line table, in .debug_line */
	uint64_t low;   /* the base address of its ranges */
	uint64_t addr_base, rnglists_base, ranges_base;
	uint64_t dwo_id; /* 0 = this is not half of a split unit */
	struct str comp_dir, dwo_name;
	struct dwarf_unit *skeleton; /* of a split unit: the half in the image */
	/* Calls and lines, read when they are first needed: see dwarf.c. */
	struct dwarf_contents *contents;
};

/* An entry, by its offset in .debug_info. */
struct dwarf_place {
	struct dwarf_file *file;
	uint64_t offset;
};

/* Takes n steps. False if the budget is spent: the caller must stop. */
static inline bool dwarf_work(const struct dwarf_file *f, uint64_t n)
{
	uint64_t have = *f->work;

	*f->work = n < have ? have - n : 0;
	return n < have;
}

/*
 * Take the sections from an image, which must stay open; if f->split, those of split
 * units. Then list the units in them. The caller has set the other fields of f.
 * dwarf_file_release() frees both.
 */
void dwarf_file_sections(struct dwarf_file *f, const struct elf *e);
void dwarf_file_units(struct dwarf_file *f);

/* The same for the units of an image, whose list is kept for later children (kept_bytes.h). */
void dwarf_file_units_of(struct dwarf_file *f, const struct elf *e);
void dwarf_file_release(struct dwarf_file *f);

/* Begin libdw's handle, unless it is open (false on failure), and end it. */
bool dwarf_file_begin(struct dwarf_file *f);
void dwarf_file_end(struct dwarf_file *f);

/* Make libdw see only the first `size` bytes of a section, until the next call. */
void dwarf_file_cut(struct dwarf_file *f, enum dwarf_section section, size_t size);

/* Read the attributes of a unit's root entry into the unit, and the entry into *root. */
bool dwarf_unit_read(struct dwarf_unit *u, Dwarf_Die *root);

/* The unit that contains an offset in .debug_info, or NULL. */
struct dwarf_unit *dwarf_unit_at(const struct dwarf_file *f, uint64_t offset);

/* The entry at a place. False if there is none. */
bool dwarf_entry_at(struct dwarf_place at, Dwarf_Die *entry);

#endif
