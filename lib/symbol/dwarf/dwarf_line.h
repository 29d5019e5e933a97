/*
 * DWARF: line tables. A unit's table is a program whose output is the file and line of
 * each instruction. It is run once, into rows of 16 bytes.
 *
 * dwarf_getsrclines() is not used: it takes 2.4 to 6.5 times as long, keeps 57 bytes per
 * row until the handle is ended, and cannot be interrupted: a hostile program of a few KB
 * makes it take minutes.
 */
#ifndef SYMBOL_DWARF_LINE_H
#define SYMBOL_DWARF_LINE_H

#include "object/spans.h"
#include "symbol/dwarf/dwarf_file.h"
#include "symbol/frame.h"

struct dwarf_row {
	uint64_t addr; /* the first address of the row, which ends at the next row */
	uint32_t file, line;
};

struct dwarf_source {
	struct str name;
	uint64_t dir;
};

struct dwarf_lines {
	struct str comp_dir;
	uint8_t version;
	struct buf dirs;        /* struct str */
	struct buf files;       /* struct dwarf_source */
	struct buf rows;        /* struct dwarf_row: of all sequences */
	struct buf sequence;    /* uint32_t: the first row of each, and the end */
	struct spans sequences; /* id: number of the sequence */
};

/* Read the files of a unit's table, and with `rows` its rows. */
void dwarf_lines_read(struct dwarf_lines *l, const struct dwarf_unit *u, bool rows);
void dwarf_lines_release(struct dwarf_lines *l);

/* The memory it takes, in bytes. */
size_t dwarf_lines_size(const struct dwarf_lines *l);

/* The row of an address, or NULL. */
const struct dwarf_row *dwarf_lines_find(const struct dwarf_lines *l, uint64_t addr);

/* The path of a file by its number in rows and attributes. */
struct source_path dwarf_lines_path(const struct dwarf_lines *l, uint64_t file);

#endif
