/*
 * Bounds the memory that the mapped files of binaries take. To read a byte the kernel maps much
 * around it, mostly 64 KB, up to 2 MB, and each program that starts leads to others.
 */
#ifndef RECORD_RESIDENT_FILES_H
#define RECORD_RESIDENT_FILES_H

#include "perf/decoder.h"

struct resident_files {
	int statm;       /* /proc/self/statm; -1: it cannot be opened */
	uint64_t misses; /* unwinder.misses at the last look */
	uint64_t faults; /* page faults of the thread at the last look at its memory */
	uint64_t freed;  /* the same when pages were last freed */
	uint64_t bytes;  /* that were in memory then */
};

void resident_files_init(struct resident_files *r);
void resident_files_release(struct resident_files *r);

/* Called after each sample: frees the pages if they are many. */
void resident_files_sample(struct resident_files *r, const struct decoder *d);

/* Frees the pages if any was read since the last time. */
void resident_files_free(struct resident_files *r, const struct binaries *b);

#endif
