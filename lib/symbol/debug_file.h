/*
 * Finds the debugging information of a stripped binary: in directories by build id, in the file
 * that its .gnu_debuglink names, or on a server (debuginfod).
 */
#ifndef SYMBOL_DEBUG_FILE_H
#define SYMBOL_DEBUG_FILE_H

#include "object/elf.h"
#include "symbol/symbol.h"

/*
 * Opens the debug file of an image that was found at `path`. A candidate must have the image's
 * build id, or the checksum in the link. False if there is none.
 */
bool debug_file_open(struct elf *debug, const struct elf *image, struct str path,
		     const struct symbol_options *options);

/* The same if only the build id is known, in hexadecimal. */
bool debug_file_open_build(struct elf *debug, struct str build_id,
			   const struct symbol_options *options);

/*
 * Opens the alternate file of a debug file, into which dwz has moved the common parts of several
 * debug files. False if it has none, or the file does not exist.
 */
bool debug_file_open_alt(struct elf *alt, const struct elf *debug, struct str path,
			 const struct symbol_options *options);

#endif
