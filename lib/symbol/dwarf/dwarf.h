/*
 * DWARF: from an address to frames, with file, line and inlined calls. Supports versions
 * 2 to 5, split units, and files whose common parts were moved to another file (dwz).
 * Units, entries and ranges are read through libdw, line tables by dwarf_line.h.
 *
 * Opening reads only the root entry of each unit. The tree and the line table of a unit
 * are flattened when an address in it is first looked up, and kept until they take too
 * much memory.
 */
#ifndef SYMBOL_DWARF_H
#define SYMBOL_DWARF_H

#include "object/elf.h"
#include "symbol/frame.h"

/*
 * Open the debugging information in `debug` about the code of `image` (they may be the
 * same). alt: the alternate file of `debug`, or NULL. path: the path of the binary, beside
 * which split units are searched for. The caller keeps all files open until dwarf_close().
 * NULL if there is no debugging information.
 */
struct dwarf *dwarf_open(const struct elf *image, const struct elf *debug, const struct elf *alt,
			 const char *path);
void dwarf_close(struct dwarf *d);

/*
 * Append to a list of struct symbol_frame the frames at a virtual address of the image,
 * outermost first. The first may have a file and line but no name, if its unit has lines
 * but no functions, as units of assemblers do. False if there is nothing about the
 * address. Texts are valid until the next call for `d`.
 */
bool dwarf_find(struct dwarf *d, uint64_t vaddr, struct buf *frames);

#endif
