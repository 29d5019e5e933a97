/*
 * Perf maps: text files in which JIT compilers say what code they have put where
 * (perf-PID.map), a line each: start and size in hexadecimal, a name to the end of
 * the line. The file grows as code is compiled. Where code is put in the place of
 * other code, the later line has what they share.
 *
 * The file belongs to the process that is looked at, so it is not trusted: what is
 * kept of it is bounded, and what is no such line is passed over.
 */
#ifndef OBJECT_PERFMAP_H
#define OBJECT_PERFMAP_H

#include <sys/types.h>

#include "base/buf.h"
#include "object/spans.h"

struct perfmap {
	dev_t dev;
	ino_t inode;
	uint64_t offset; /* what has been read */
	bool full;       /* so much was kept that the rest is not */
	bool tail;       /* within a line that is too long */
	/* Two layers: code that came lately lies over what was there before. */
	struct buf names;         /* NUL-terminated; ids are offsets in it */
	struct buf recent_pieces; /* struct interval */
	struct spans settled, recent;
};

/* A zeroed struct perfmap is empty and ready; this makes it so again. */
void perfmap_release(struct perfmap *m);

/*
 * Read what has been appended to the file since the last time, up to its last newline.
 * One that is shorter now, or another one, is read from the start. -1 leaves all as it
 * is. Returns whether anything came in.
 */
bool perfmap_refresh(struct perfmap *m, int fd);

/* The name of the code at an address; it ends in a NUL and is valid until the next refresh. */
bool perfmap_find(const struct perfmap *m, uint64_t address, struct str *name);

#endif
