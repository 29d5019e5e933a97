/*
 * Jitdumps (tools/perf/Documentation/jitdump-specification.txt of Linux): files in which
 * JIT compilers log the address, time and lines of the code that they write. Samples have
 * times as well, so an address gets the name of the code that was there at the time of
 * the sample, even if other code has replaced it since.
 *
 * The file belongs to the recorded process, so it is not trusted: the memory for it is
 * bounded, and reading ends at the first malformed record.
 */
#ifndef OBJECT_JITDUMP_H
#define OBJECT_JITDUMP_H

#include "base/buf.h"
#include "base/table.h"
#include "object/growing_file.h"

struct jitdump {
	struct growing_file file;
	bool ended;          /* reading has ended */
	bool full;           /* because its memory is used up */
	bool timeless;       /* its clock is not that of samples */
	struct buf names;    /* NUL-terminated */
	struct buf lines;    /* struct jit_line */
	struct buf code;     /* struct jit_code, in the order of the file */
	struct table newest; /* by start: the last code there */
	/* Code by address, each with the highest end of the code up to there. */
	struct buf order; /* struct jit_order */
	/* Lines that were read before the code to which they belong: */
	uint64_t lines_of;   /* the address of that code */
	uint32_t first_line; /* the first of them */
};

/* The name and line of an address, valid until the next jitdump_feed(). */
struct jit_symbol {
	struct str name; /* ends in a NUL */
	struct str file; /* empty, and line 0, if not known */
	uint32_t line;
};

/* Is the name of the file that of a jitdump, "jit-PID.dump"? */
bool jitdump_is_name(struct str path);

/* Free what j holds. Before the first use, and afterwards, j is zeroed. */
void jitdump_release(struct jitdump *j);

/*
 * Reads what was appended to the file since the last call, up to its last complete record. If it
 * is another file, or was written anew, reads it from the start. Returns whether anything was
 * read.
 */
bool jitdump_feed(struct jitdump *j, int fd);

/*
 * The code at an address at a time, in ns of CLOCK_MONOTONIC; UINT64_MAX = now. False if
 * there was none.
 */
bool jitdump_find(const struct jitdump *j, uint64_t address, uint64_t time, struct jit_symbol *s);

#endif
