/*
 * Perf maps (perf-PID.map): text files in which JIT compilers list the addresses of their
 * code, one function per line: start and size in hexadecimal, and the name, up to the end
 * of the line. The file grows as code is compiled. Where lines overlap, the later one
 * counts.
 *
 * The file belongs to the recorded process, so it is not trusted: the memory for it is
 * bounded, and other lines are ignored.
 */
#ifndef OBJECT_PERFMAP_H
#define OBJECT_PERFMAP_H

#include "base/buf.h"
#include "object/growing_file.h"
#include "object/spans.h"

struct perfmap {
	struct growing_file file;
	bool full; /* its memory is used up, so reading has ended */
	bool tail; /* inside a line that is too long */
	/* Two layers: recent lines cover the settled ones. */
	struct buf names;        /* NUL-terminated; ids are offsets in it */
	struct buf recent_lines; /* struct interval */
	struct spans settled, recent;
};

/* Free what m holds. Before the first use, and afterwards, m is zeroed. */
void perfmap_release(struct perfmap *m);

/*
 * Reads what was appended to the file since the last call, up to its last newline. If it is
 * another file, or was written anew, reads it from the start. If fd is -1, nothing changes.
 * Returns whether anything was read.
 */
bool perfmap_refresh(struct perfmap *m, int fd);

/* The name of the code at an address; it ends in a NUL and is valid until the next refresh. */
bool perfmap_find(const struct perfmap *m, uint64_t address, struct str *name);

#endif
