/*
 * Binaries that processes have mapped, each kept once: by device and inode, since
 * one path may name several in the course of a recording. A binary is opened when
 * a stack first goes through it, by way of the process that has it mapped, and
 * stays open, so that it can still be read after it was deleted or its mount
 * namespace is gone.
 */
#ifndef RECORD_BINARY_H
#define RECORD_BINARY_H

#include "base/buf.h"
#include "base/table.h"
#include "object/elf.h"
#include "object/gopclntab.h"
#include "record/cfi.h"

struct binary {
	uint32_t id;     /* from 1, never used again; part of the key of the rule cache */
	struct str path; /* as the process sees it; ends in a NUL */
	struct buf name; /* holds it */
	uint32_t major, minor;
	uint64_t inode;
	bool used;    /* set by those who call binaries_sweep() */
	bool tried;   /* it was there, to be opened */
	bool is_vdso; /* its bytes are our own vDSO */
	int fd;       /* -1 until it is open, or when it cannot be */
	struct elf elf;
	struct cfi cfi;
	struct gopclntab go; /* for binaries without CFI */
	bool is_go;
	uint64_t base;       /* lowest address: what the cache counts from */
	struct buf build_id; /* in hexadecimal */
};

struct binaries {
	const struct arch *arch;
	struct binary **all;
	size_t n, cap;
	uint32_t last_id;
	struct table known; /* rows { major, minor, inode } -> struct binary * */
};

/* Where to look for a file that a process has mapped. */
struct binary_place {
	int pid;
	int root;            /* file descriptor of the process's root, or -1 for ours */
	uint64_t start, end; /* of the mapping */
};

void binaries_init(struct binaries *b, const struct arch *arch);
void binaries_release(struct binaries *b);

/*
 * The binary of that device, inode and path; NULL for what is no file: anonymous
 * memory, the heap, JIT code. path is copied.
 */
struct binary *binaries_find(struct binaries *b, uint32_t major, uint32_t minor, uint64_t inode,
			     struct str path);

/* Forget those whose `used` is not set; unset that of the others. */
void binaries_sweep(struct binaries *b);

/* Give back the memory in which files have been looked at; they stay open. */
void binaries_unload(const struct binaries *b);

/*
 * Open it, if that was not done before: in the process's own view, then where its
 * path leads us, provided that it is the same file. When neither is there any more,
 * another process may help later. Whether it can be unwound is for
 * binary_has_rules() then.
 */
void binary_open(struct binaries *b, struct binary *bin, const struct binary_place *where);

/* Can it be unwound, and the rule at a virtual address of it. */
bool binary_has_rules(const struct binary *bin);
struct rule binary_rule(const struct binaries *b, const struct binary *bin, uint64_t vaddr);

/*
 * What is to be subtracted from an address in a mapping of the binary to get the
 * file's own virtual address. start and offset are the mapping's.
 */
uint64_t binary_bias(const struct binary *bin, uint64_t start, uint64_t offset);

#endif
