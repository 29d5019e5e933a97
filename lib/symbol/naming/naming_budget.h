/*
 * Bounds of the cost of reading a file. They depend on its size, so that a large binary is
 * read, and a small one that claims to be large is not:
 *
 *	CPU time      1 s, and 1 s for each 16 MiB; 60 s at most
 *	wall time     30 s, and ten times the CPU time
 *	memory        256 MiB, and 6 times the size; mapping it takes twice the size more
 *	other files   64, and 4 for each address of the question
 *	answer        1 MiB, and 16 KiB for each address
 *
 * The size is the space on disk of the file and of all files to which it refers: holes
 * count only for mapping.
 */
#ifndef SYMBOL_NAMING_BUDGET_H
#define SYMBOL_NAMING_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct naming_budget {
	uint64_t cpu, wall;      /* ns */
	uint64_t memory;         /* bytes of address space */
	uint64_t files;          /* further files that may be opened */
	uint64_t answer;         /* further bytes that may be sent */
	uint64_t size, apparent; /* of the files so far: on disk, and by stat(2) */
};

/* Begin with a file (-1 = none) in which nplace addresses are to be named. */
void naming_budget_begin(struct naming_budget *b, int fd, uint32_t nplace);

/* Add the size of another file, which was passed to the child. */
void naming_budget_add(struct naming_budget *b, int fd);

#endif
