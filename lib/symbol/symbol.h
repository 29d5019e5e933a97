/*
 * Names for addresses: functions, files, lines and inlined calls of native, kernel
 * and JIT-compiled code, written into a profile.
 *
 * A profile comes from a recording, which knows addresses and mappings only. The
 * addresses of each mapped file are given to the symbolizers that understand it
 * (symbolizer.h): symbol tables and DWARF of ELF images, gopclntab of Go binaries,
 * kallsyms, perf maps and jitdumps. Names are as good as the files are: a binary is
 * looked at only when its build id is the one that was recorded.
 *
 * The files belong to whom is looked at, and may be made to do harm. They are read in a
 * child that has no rights and may die (naming.h): a file that crashes it or takes too
 * much loses its own names, and the user reads why. The child lives as long as a call of
 * symbolize(), and what it took goes back to the system with it. Names are kept here, by
 * binary and address, so that a recording without end asks for each only once.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include "profile/name.h"
#include "profile/profile.h"

/* The file of a mapping, and where the files are that it refers to. */
struct symbol_binary {
	int fd;   /* for reading; symbolize() closes it; -1: there is none */
	int root; /* a descriptor of the root in which paths count; -1: ours. Not closed. */
};

/*
 * Where the bytes of a mapping's file are. A recorder knows better than the path: it
 * holds binaries open, in their mount namespace, after they were deleted. Its profiles
 * are of this machine and this boot.
 */
struct symbol_source {
	/* Called once in a round for each mapping of `p` with addresses to be named. */
	struct symbol_binary (*open)(void *context, const struct profile *p, map_id map);
	void *context;
};

struct symbol_options {
	struct symbol_source source; /* open == NULL: files are opened by their path */
	bool inlines;                /* a frame for each inlined call */
	bool lines;                  /* file and line */
	const char *debug_dirs;      /* separated by ':'; NULL: /usr/lib/debug */
	bool debuginfod;             /* ask the servers of $DEBUGINFOD_URLS, too */
	enum demangle demangle;      /* how names are made from linkage names */
	/* A child that names addresses has begun: its process id. May be NULL. */
	void (*on_child)(void *context, int pid);
	void *context;
	/*
	 * Files whose debugging information is packed, and unpacked takes more bytes
	 * than this, have names only: for those who record without end, and would have
	 * to unpack it again and again. 0: no limit.
	 */
	uint64_t most_unpacked;
};

/* The names found so far, of at most about 16 MiB, and what the user was told. */
struct symbols;

struct symbols *symbols_open(const struct symbol_options *options);
void symbols_close(struct symbols *s);

struct symbol_counts {
	uint32_t named, unnamed; /* locations that had no name */
	uint32_t files, missing; /* mapped files that were looked at; that were not there */
	uint64_t child_cpu;      /* ns of CPU time that was spent in children */
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
 * now, kernel symbols that are hidden, a file that took too much) is appended to *notes,
 * a line each, and each only once in the life of `s`. A file that took too much is not
 * read again in the life of `s`.
 */
struct symbol_counts symbolize(struct symbols *s, struct profile *p, struct buf *notes);

#endif
