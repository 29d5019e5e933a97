/*
 * Where the debugging information of a stripped binary may be: in directories by build id,
 * and in the file that its .gnu_debuglink names, beside the binary and under the binary's path
 * in these directories (GDB's manual, "Debugging Information in Separate Files").
 */
#ifndef OBJECT_DEBUG_LINK_H
#define OBJECT_DEBUG_LINK_H

#include "object/elf.h"

struct debug_link {
	struct str name; /* without a folder; empty when there is no link */
	uint32_t crc;    /* CRC-32 of the whole debug file, */
	bool has_crc;    /* if this is set */
};

/* The link of an image; the name goes into the image. */
struct debug_link debug_link_read(const struct elf *image);

/*
 * Append the paths where a file with that build id (in bytes) or that name may be, each
 * followed by a NUL, the likelier ones first. Either may be empty; an absolute name is a path.
 * path is that of the file that refers to it; dirs: directories, separated by ':'.
 */
void debug_link_places(struct buf *places, struct str build_id, struct str name, struct str path,
		       struct str dirs);

#endif
