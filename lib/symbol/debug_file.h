/*
 * Where the debugging information of a stripped binary is: in directories by build
 * id, in the file that its .gnu_debuglink names, or on a server (debuginfod).
 */
#ifndef SYMBOL_DEBUG_FILE_H
#define SYMBOL_DEBUG_FILE_H

#include "object/elf.h"
#include "symbol/symbol.h"

/*
 * Open the debug file of an image, of which `path` is where it was found. A candidate
 * counts when it has the image's build id, or the checksum in the link. False when
 * there is none.
 */
bool debug_file_open(struct elf *debug, const struct elf *image, struct str path,
		     const struct symbol_options *options);

/* The same where only the build id is known, in hexadecimal. */
bool debug_file_open_build(struct elf *debug, struct str build_id,
			   const struct symbol_options *options);

/*
 * Open the alternate file of a debug file: what it shares with others, as dwz makes it.
 * False when it shares nothing, or the file is not there.
 */
bool debug_file_open_alt(struct elf *alt, const struct elf *debug, struct str path,
			 const struct symbol_options *options);

#endif
