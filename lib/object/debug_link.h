/*
 * The places of a stripped binary's debugging information: in directories by build id, and in the
 * file that its .gnu_debuglink names, beside the binary and under the binary's path in these
 * directories (GDB's manual, "Debugging Information in Separate Files").
 */
#ifndef OBJECT_DEBUG_LINK_H
#define OBJECT_DEBUG_LINK_H

#include "object/elf.h"

struct debug_link {
	struct str name; /* without a directory; empty if there is no link */
	uint32_t crc;    /* CRC-32 of the whole debug file, if has_crc */
	bool has_crc;
};

/* The link of an image; its name points into the image. */
struct debug_link debug_link_read(const struct elf *image);

/*
 * Appends the paths where a file with that build id (in bytes) or that name may be, each followed
 * by a NUL, the likelier ones first. Build id or name may be empty; an absolute name is a path.
 * `path` is that of the referring file; `dirs` are directories, separated by ':'.
 */
void debug_link_places(struct buf *places, struct str build_id, struct str name, struct str path,
		       struct str dirs);

#endif
