/*
 * What reading a file may cost. A file pays for its size, so that a large binary is read
 * and a small one that pretends to be large is not:
 *
 *	CPU time      1 s, and 1 s for each 16 MiB; 60 s at most
 *	wall time     30 s, and ten times the CPU time
 *	memory        256 MiB, and 6 times the size, beyond twice the size for mapping it
 *	other files   64, and 4 for each address that is asked for
 *	answer        1 MiB, and 16 KiB for each address
 *
 * where the size is that of the file and of all that it refers to, as it takes room on
 * the disk: a hole pays for nothing but for being mapped.
 */
#ifndef SYMBOL_NAMING_BUDGET_H
#define SYMBOL_NAMING_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct naming_budget {
	uint64_t cpu, wall;      /* ns */
	uint64_t memory;         /* bytes of address space */
	uint64_t files;          /* that may still be asked for */
	uint64_t answer;         /* bytes that may still be said */
	uint64_t size, apparent; /* of the files so far: on the disk, and as they claim */
};

/* For a file from which nplace addresses are to be named. -1: there is none. */
void naming_budget_begin(struct naming_budget *b, int fd, uint32_t nplace);

/* Another file was handed over. */
void naming_budget_add(struct naming_budget *b, int fd);

#endif
