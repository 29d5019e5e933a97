/*
 * DWARF: files, units and entries. A file is a set of sections, cut into units;
 * a unit (usually one translation unit of the compiler) is a tree of entries, of
 * which attributes are read one entry at a time.
 *
 * All of it is untrusted. Offsets and indexes are looked up through cursors, which
 * check bounds; whatever is not there reads as empty, 0 or false. What could be
 * made to take long draws on a budget: see dwarf_work().
 */
#ifndef SYMBOL_DWARF_UNIT_H
#define SYMBOL_DWARF_UNIT_H

#include "base/table.h"
#include "object/elf.h"
#include "symbol/dwarf_form.h"

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
 * One file's sections: those of an ELF image, of a supplementary file that several
 * share (dwz), or of one split unit (a .dwo, or its share of a .dwp).
 */
struct dwarf_file {
	struct str section[DWARF_SECTIONS];
	struct buf room[DWARF_SECTIONS]; /* of those that were compressed */
	struct dwarf_unit *unit;         /* in the order of their offsets */
	size_t nunit, unit_cap;
	struct dwarf_file *sup; /* NULL: there is none */
	uint64_t *work;         /* steps left; shared by all files that belong together */
	uint64_t least;         /* no code is below: what claims to be was thrown away */
	struct table functions; /* struct dwarf_function */
	bool split;
};

enum dwarf_unit_type {
	UNIT_COMPILE = 1,
	UNIT_TYPE = 2,
	UNIT_SKELETON = 4,
	UNIT_SPLIT = 5,
	UNIT_SPLIT_TYPE = 6,
};

struct dwarf_unit {
	struct dwarf_file *file;
	uint64_t offset, end; /* in .debug_info */
	uint64_t first;       /* its root entry */
	uint64_t abbrev;      /* in .debug_abbrev */
	struct dwarf_encoding encoding;
	uint8_t type;
	/* What the root entry says, after dwarf_unit_read(). */
	bool has_lines;
	uint16_t language;
	uint64_t lines; /* its line table, in .debug_line */
	uint64_t low;   /* what its ranges are relative to */
	uint64_t str_offsets_base, addr_base, rnglists_base, ranges_base;
	uint64_t dwo_id; /* 0: this is not half of a split unit */
	struct str comp_dir, dwo_name;
	const struct dwarf_unit *skeleton; /* of a split unit: the half in the image */
	/* Made when the unit is looked into: see dwarf.c. */
	struct dwarf_contents *contents;
};

/* The attributes that are read, and their codes. */
#define DWARF_ATTRIBUTES(X)                                                                        \
	X(SIBLING, 0x01)                                                                           \
	X(NAME, 0x03)                                                                              \
	X(STMT_LIST, 0x10)                                                                         \
	X(LOW_PC, 0x11)                                                                            \
	X(HIGH_PC, 0x12)                                                                           \
	X(LANGUAGE, 0x13)                                                                          \
	X(COMP_DIR, 0x1b)                                                                          \
	X(ABSTRACT_ORIGIN, 0x31)                                                                   \
	X(DECL_FILE, 0x3a)                                                                         \
	X(DECL_LINE, 0x3b)                                                                         \
	X(SPECIFICATION, 0x47)                                                                     \
	X(RANGES, 0x55)                                                                            \
	X(CALL_FILE, 0x58)                                                                         \
	X(CALL_LINE, 0x59)                                                                         \
	X(LINKAGE_NAME, 0x6e)                                                                      \
	X(STR_OFFSETS_BASE, 0x72)                                                                  \
	X(ADDR_BASE, 0x73)                                                                         \
	X(RNGLISTS_BASE, 0x74)                                                                     \
	X(DWO_NAME, 0x76)                                                                          \
	X(MIPS_LINKAGE_NAME, 0x2007)                                                               \
	X(GNU_DWO_NAME, 0x2130)                                                                    \
	X(GNU_DWO_ID, 0x2131)                                                                      \
	X(GNU_RANGES_BASE, 0x2132)                                                                 \
	X(GNU_ADDR_BASE, 0x2133)

#define DWARF_ENUM(name, code) ATTR_##name,
enum dwarf_attribute { DWARF_ATTRIBUTES(DWARF_ENUM) DWARF_NATTRIBUTE };
#undef DWARF_ENUM

/* The tags of entries that say where code is, or lead to such entries. */
enum dwarf_tag {
	TAG_CLASS_TYPE = 0x02,
	TAG_LEXICAL_BLOCK = 0x0b,
	TAG_COMPILE_UNIT = 0x11,
	TAG_STRUCTURE_TYPE = 0x13,
	TAG_UNION_TYPE = 0x17,
	TAG_INLINED_SUBROUTINE = 0x1d,
	TAG_MODULE = 0x1e,
	TAG_WITH_STMT = 0x22,
	TAG_CATCH_BLOCK = 0x25,
	TAG_SUBPROGRAM = 0x2e,
	TAG_TRY_BLOCK = 0x32,
	TAG_INTERFACE_TYPE = 0x38,
	TAG_NAMESPACE = 0x39,
	TAG_PARTIAL_UNIT = 0x3c,
	TAG_SKELETON_UNIT = 0x4a,
};

struct dwarf_entry {
	const struct dwarf_unit *unit;
	uint16_t tag;
	bool children;
	uint32_t has; /* bits: which attributes */
	struct dwarf_value value[DWARF_NATTRIBUTE];
};

/* How an abbreviation begins; its attributes follow at `list` in .debug_abbrev. */
struct dwarf_abbrev {
	uint64_t code;
	uint16_t tag;
	bool children;
	uint64_t list;
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
 * when f->split is set. Then find the units in them. f has been set up otherwise;
 * dwarf_file_release() undoes both.
 */
void dwarf_file_sections(struct dwarf_file *f, const struct elf *e);
void dwarf_file_units(struct dwarf_file *f);
void dwarf_file_release(struct dwarf_file *f);

/* Read what a unit's root entry says into the unit, and into *root. */
bool dwarf_unit_read(struct dwarf_unit *u, struct dwarf_entry *root);

/* The unit that an offset in .debug_info lies in, or NULL. */
struct dwarf_unit *dwarf_unit_at(const struct dwarf_file *f, uint64_t offset);

/* Read the entry at an offset of the unit's .debug_info. */
bool dwarf_entry_read(const struct dwarf_unit *u, uint64_t offset, struct dwarf_entry *e);

/*
 * The same piece by piece, for reading many: the next abbreviation of a table, with
 * its attributes passed (false: that was the last), and the attributes of the entry
 * whose values begin at *values.
 */
bool dwarf_abbrev_next(struct cursor *table, struct str section, struct dwarf_abbrev *a);
void dwarf_attributes_read(const struct dwarf_unit *u, struct cursor *values, uint64_t list,
			   struct dwarf_entry *e);

static inline bool dwarf_has(const struct dwarf_entry *e, enum dwarf_attribute a)
{
	return e->has >> a & 1;
}

/* What an attribute says; 0 or empty when the entry has none. */
uint64_t dwarf_number(const struct dwarf_entry *e, enum dwarf_attribute a);
struct str dwarf_text(const struct dwarf_entry *e, enum dwarf_attribute a);
bool dwarf_address(const struct dwarf_entry *e, enum dwarf_attribute a, uint64_t *address);

/* The entry that an attribute refers to; *to stays as it is where there is none. */
struct dwarf_place {
	const struct dwarf_unit *unit;
	uint64_t offset;
};
bool dwarf_reference(const struct dwarf_entry *e, enum dwarf_attribute a, struct dwarf_place *to);

/* The text that a value is, in whichever section it stands. */
struct str dwarf_value_text(const struct dwarf_unit *u, const struct dwarf_value *v);

/* Number i of the unit's addresses; false when there is none. */
bool dwarf_address_at(const struct dwarf_unit *u, uint64_t i, uint64_t *address);

/* A text in a section; empty when the offset is not in it. */
struct str dwarf_text_at(struct str section, uint64_t offset);

#endif
