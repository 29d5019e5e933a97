/*
 * Names for addresses: functions, files, lines and inlined calls of native, kernel
 * and JIT-compiled code, written into a profile.
 *
 * A recording has only addresses and mappings. The addresses of each mapped file are given
 * to the symbolizers that understand it (symbolizer.h): symbol tables and DWARF of ELF
 * images, gopclntab of Go binaries, kallsyms, perf maps and jitdumps. A binary is read
 * only if its build id is the recorded one.
 *
 * The files belong to the recorded programs, and may be hostile. A child process without
 * privileges reads them, and may die (naming.h): a file that crashes it or takes too much
 * has no names, and a note gives the reason. The child lives as long as a call of
 * symbolize(), and its memory is freed with it. Names are cached by binary and address, so
 * that a continuous recording asks for each only once.
 */
#ifndef SYMBOL_SYMBOL_H
#define SYMBOL_SYMBOL_H

#include "profile/name.h"
#include "profile/profile.h"

/* The file of a mapping, and the root directory for the files to which it refers. */
struct symbol_binary {
	int fd;       /* for reading; symbolize() closes it; -1 = none */
	int root;     /* descriptor of the root directory; -1 = this process's own; not closed */
	bool unknown; /* the mapping is unknown here, and gets no names */
};

/*
 * How the file of a mapping is opened. A recorder does not depend on the path: it holds
 * binaries open, in their mount namespace, even after they were deleted. Its profiles are
 * of this machine and this boot.
 */
struct symbol_source {
	/* Called once per symbolize() for each mapping of `p` with addresses to be named. */
	struct symbol_binary (*open)(void *context, const struct profile *p, map_id map);
	void *context;
};

struct symbol_options {
	struct symbol_source source; /* open == NULL: files are opened by their path */
	bool inlines;                /* a frame for each inlined call */
	bool lines;                  /* file and line */
	bool again;                  /* symbolize() is called many times: keep data for reuse */
	const char *debug_dirs;      /* separated by ':'; NULL: /usr/lib/debug */
	bool debuginfod;             /* ask the servers of $DEBUGINFOD_URLS, too */
	const char *vmlinux;         /* the kernel's image; NULL: search where it is installed */
	enum demangle demangle;      /* how to demangle linkage names */
	/* Called with the process id of each new child. May be NULL. */
	void (*on_child)(void *context, int pid);
	void *context;
	/*
	 * A file whose debugging information is larger than this when decompressed gives only
	 * names, from its symbols: a continuous recording would decompress it repeatedly. 0 = no
	 * limit.
	 */
	uint64_t most_unpacked;
};

/* The names found so far, in at most about 16 MiB, and the notes given so far. */
struct symbols;

struct symbols *symbols_open(const struct symbol_options *options);
void symbols_close(struct symbols *s);

struct symbol_counts {
	uint32_t named, unnamed; /* locations that had no name */
	uint32_t files, missing; /* mapped files with such locations; those not found */
	uint32_t asked;          /* addresses that were not in the cache */
	uint64_t child_cpu;      /* CPU time of children, in ns */
};

/*
 * Names every location in stacks of p that has an address and no function. In all stacks, one
 * frame for each inlined call replaces its frame, outermost first, all but the first with
 * LOC_INLINED. A location without a name does not change.
 *
 * The address is looked up as it is: for a caller it must be inside the call instruction
 * (return address - 1), as in pprof and prof-record.
 *
 * Kernel addresses are valid only for the running kernel: without a recorder as the source, they
 * are named only if the facts "host" and "kernel" of the profile match this machine, and it was
 * recorded since this boot.
 *
 * This never fails as a whole. Appends notes for the user (the binary has changed, kernel symbols
 * are hidden, a file exceeded its budget) to *notes, one per line, each only once in the life of
 * `s`. A file that exceeded its budget is not read again.
 */
struct symbol_counts symbolize(struct symbols *s, struct profile *p, struct buf *notes);

#endif
