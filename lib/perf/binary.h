/*
 * Binaries that processes have mapped, each kept once. The record of a mapping identifies
 * its file by build id, or by device, inode and generation, since one path may name several files in the
 * course of a recording; by path only where it has neither. A binary is opened when a
 * stack first goes through it and stays open, so that it can still be read after it was
 * deleted or its mount namespace is gone.
 */
#ifndef PERF_BINARY_H
#define PERF_BINARY_H

#include "base/strings.h"
#include "base/table.h"
#include "perf/host.h"
#include "perf/record.h"
#include "unwind/module.h"

struct binary {
	struct str path; /* as the process sees it; ends in a NUL */
	uint32_t major, minor;
	uint64_t inode, generation; /* as in struct record_map */
	bool used;                  /* set by those who call binaries_sweep() */
	bool found;                 /* its file was there: it has been looked at */
	bool is_vdso;               /* code that the kernel maps into each process */
	bool is_generated; /* no image, but memory that programs write code to: memfd and the like */
	bool is_kernel;    /* the kernel itself, or a module of it */
	int fd;            /* -1 until it is found, or when it is in memory */
	struct module module;
	struct buf build_id; /* in hexadecimal; of the record, or of the file once it is open */
};

struct binaries {
	const struct arch *arch;
	const struct perf_host *host;
	struct binary **all;
	size_t n, cap;
	uint32_t last_id;
	struct table known; /* rows of keys -> struct binary * */
	struct strings paths;
};

/* What they point to is the caller's. */
void binaries_init(struct binaries *b, const struct arch *arch, const struct perf_host *host);
void binaries_release(struct binaries *b);

/*
 * The binary of a mapping; NULL for memory without a file: anonymous, the heap, JIT code.
 * What m points to is copied.
 */
struct binary *binaries_find(struct binaries *b, const struct record_map *m);

/* Forget those whose `used` is not set; unset that of the others. */
void binaries_sweep(struct binaries *b);

/* Give back the memory in which files have been looked at; they stay open. */
void binaries_unload(const struct binaries *b);

/*
 * Find the file of a binary that process p has mapped as m, if that was not done before.
 * When it is not there any more, another process may help later.
 */
void binary_find_file(struct binaries *b, struct binary *bin, const struct process *p,
		      const struct map *m);

/* Look for more unwind tables of a binary that is open: as address_space.find_tables(). */
bool binary_find_tables(struct binaries *b, struct binary *bin, const struct process *p);

/*
 * What is to be subtracted from an address in a mapping of the binary to get the
 * file's own virtual address. start and offset are the mapping's.
 */
uint64_t binary_bias(const struct binary *bin, uint64_t start, uint64_t offset);

#endif
