/*
 * DWARF: from an address to frames, with file, line and inlined calls. Versions 2 to
 * 5, split units, and files whose common parts were moved to another one (dwz). Units,
 * entries and ranges are read through libdw, line tables by dwarf_line.h.
 *
 * Opening looks at the root entry of each unit only. A unit's tree and line table
 * are made flat when an address first falls into it, and kept until there are too
 * many.
 */
#ifndef SYMBOL_DWARF_H
#define SYMBOL_DWARF_H

#include "object/elf.h"
#include "symbol/frame.h"

/*
 * Open the debugging information in `debug`, about the code of `image` (they may be
 * the same). `alt` is what `debug` shares with other files, or NULL. `path` is the
 * binary's, beside which split units are looked for. All stay open and theirs until
 * dwarf_close(). NULL when there is no debugging information.
 */
struct dwarf *dwarf_open(const struct elf *image, const struct elf *debug, const struct elf *alt,
			 const char *path);
void dwarf_close(struct dwarf *d);

/*
 * Append to a list of struct symbol_frame the frames at a virtual address of the
 * image, outermost first. The first may have no name, only a place, where a unit has
 * lines and no functions, as those of assemblers do. False when nothing is known.
 * Texts are valid until the next call for `d`.
 */
bool dwarf_find(struct dwarf *d, uint64_t vaddr, struct buf *frames);

#endif
