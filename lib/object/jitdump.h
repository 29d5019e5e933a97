/*
 * Jitdumps (tools/perf/Documentation/jitdump-specification.txt of Linux): files in
 * which JIT compilers log what code they have put where and when, with its lines.
 * Since samples have times, too, an address is named after the code that was there
 * when the sample was taken, even if other code has its place by now.
 *
 * The file belongs to the process that is looked at, so it is not trusted: what is
 * kept of it is bounded, and nothing is read after a record that makes no sense.
 */
#ifndef OBJECT_JITDUMP_H
#define OBJECT_JITDUMP_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/table.h"

struct jitdump {
	dev_t dev;
	ino_t inode;
	uint64_t offset;     /* what has been read; 0: not even the header */
	bool ended;          /* nothing more is to be read */
	bool timeless;       /* its times are of a clock that samples do not have */
	struct buf names;    /* NUL-terminated */
	struct buf lines;    /* struct jit_line */
	struct buf code;     /* struct jit_code, in the order of the file */
	struct table newest; /* by start: the code that came last there */
	/* Number of code by address, and the farthest end of all up to that one. */
	struct buf order; /* struct jit_order */
	/* Lines that wait for their code, which comes after them. */
	uint64_t lines_of;
	uint32_t first_line;
};

/* What is known of an address; all of it is valid until the next feed. */
struct jit_symbol {
	struct str name; /* ends in a NUL */
	struct str file; /* empty, and line 0, when not known */
	uint32_t line;
};

/* Is a file called as jitdumps are: "jit-PID.dump"? */
bool jitdump_is_name(struct str path);

/* A zeroed struct jitdump is empty and ready; this makes it so again. */
void jitdump_release(struct jitdump *j);

/*
 * Read what has been appended to the file since the last time, up to its last whole
 * record. Another file than the last time, or one that is shorter now, is read from the
 * start. Returns whether
 * anything came in.
 */
bool jitdump_feed(struct jitdump *j, int fd);

/*
 * What was at an address at a time, in ns of CLOCK_MONOTONIC; UINT64_MAX: now. False
 * when nothing was.
 */
bool jitdump_find(const struct jitdump *j, uint64_t address, uint64_t time, struct jit_symbol *s);

#endif
