/*
 * Names for addresses: functions, files, lines and inlined calls of native, kernel
 * and JIT-compiled code, written into a profile.
 *
 * A profile comes from a recording, which knows addresses and mappings only. Each
 * mapping is handed to the symbolizers that understand it (symbolizer.h): symbol
 * tables and DWARF of ELF images, gopclntab of Go binaries, kallsyms, perf maps and
 * jitdumps. Names are as good as the files are: a binary is looked at only when its
 * build id is the one that was recorded.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include "profile/name.h"
#include "profile/profile.h"

/*
 * Where the bytes of a mapping's file are. A recorder knows better than the path: it
 * holds binaries open, in their mount namespace, after they were deleted. Its profiles
 * are of this machine and this boot.
 */
struct symbol_source {
	/*
	 * A file descriptor of the file of a mapping of `p`, which symbolize() closes,
	 * or -1. Called once in a round for each file.
	 */
	int (*open)(void *context, const struct profile *p, map_id map);
	void *context;
};

struct symbol_options {
	struct symbol_source source; /* open == NULL: files are opened by their path */
	bool inlines;                /* a frame for each inlined call */
	bool lines;                  /* file and line */
	const char *debug_dirs;      /* separated by ':'; NULL: /usr/lib/debug */
	bool debuginfod;             /* ask the servers of $DEBUGINFOD_URLS, too */
	enum demangle demangle;      /* how names are made from linkage names */
	/*
	 * Files whose debugging information is packed, and unpacked takes more bytes
	 * than this, have names only: for those who record without end, and would have
	 * to unpack it again and again. 0: no limit.
	 */
	uint64_t most_unpacked;
};

/*
 * Files that are open, and the tables made of them. They are kept from one profile
 * to the next, for those who record without end; a file that two rounds in a row had
 * no use for is closed.
 */
struct symbols;

struct symbols *symbols_open(const struct symbol_options *options);
void symbols_close(struct symbols *s);

struct symbol_counts {
	uint32_t named, unnamed; /* locations that had no name */
	uint32_t files, missing; /* mapped files that were looked at; that were not there */
};

/*
 * Name every location of p that has an address and no function. In all stacks its
 * frame is replaced by one for each inlined call, outermost first, all but the first
 * with LOC_INLINED. What cannot be named stays as it is.
 *
 * A location's address is looked up as it is: that of a caller must lie within the
 * call (return address - 1), as pprof and prof-record have it.
 *
 * Kernel addresses mean something on the running kernel only: without a recorder as the
 * source, those of a profile whose facts "host" and "kernel" are not ours, or that was
 * recorded before this boot, stay.
 *
 * Never fails as a whole. What the user should know (a binary that is another one
 * now, kernel symbols that are hidden) is appended to *notes, a line each, and each
 * only once in the life of `s`.
 */
struct symbol_counts symbolize(struct symbols *s, struct profile *p, struct buf *notes);

#endif
