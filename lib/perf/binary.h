/*
 * Binaries that processes have mapped, each kept once. The record of a mapping identifies its
 * file by build id, or by device, inode and generation, since one path may name several files
 * during a recording; by path only if it has neither. A binary is opened when a stack first goes
 * through it. It stays open, so that it can be read after it was deleted or its mount namespace
 * is gone.
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
	bool used;                  /* set by callers of binaries_sweep() */
	bool found;                 /* its file was found and examined */
	bool is_vdso;               /* code that the kernel maps into each process */
	bool is_vdso32;             /* that of 32-bit programs on a 64-bit kernel */
	bool is_generated;          /* no image, but memory for generated code, such as a memfd */
	bool is_kernel;             /* the kernel itself, or a module of it */
	int fd;                     /* -1 until the file is found, or if the image is in memory */
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

/* The caller owns `arch` and `host`. */
void binaries_init(struct binaries *b, const struct arch *arch, const struct perf_host *host);
void binaries_release(struct binaries *b);

/*
 * The binary of a mapping; NULL for memory without a file: anonymous, the heap, JIT code. Copies
 * what m points to.
 */
struct binary *binaries_find(struct binaries *b, const struct record_map *m);

/* Frees the binaries whose `used` is not set, and clears it for the others. */
void binaries_sweep(struct binaries *b);

/* Frees the memory of mapped files, which stay open; see elf_unload(). */
void binaries_unload(const struct binaries *b);

/*
 * Finds the file of a binary that process p has mapped as m, unless it was found before. If it is
 * gone, it may be found later through another process.
 */
void binary_find_file(struct binaries *b, struct binary *bin, const struct process *p,
		      const struct map *m);

/* Looks for more unwind tables of an open binary; as address_space.find_tables(). */
bool binary_find_tables(struct binaries *b, struct binary *bin, const struct process *p);

/*
 * The bias of a mapping of the binary: an address less the bias is the file's virtual address.
 * start and offset are those of the mapping.
 */
uint64_t binary_bias(const struct binary *bin, uint64_t start, uint64_t offset);

#endif
