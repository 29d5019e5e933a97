/* Reads words of a running process's memory, a few pages at a time. */
#ifndef UNWIND_MEMORY_H
#define UNWIND_MEMORY_H

#include "unwind/address_space.h"

enum { MEMORY_BYTES = 16 << 10 };

struct memory {
	const struct address_space *space;
	uint64_t at;
	size_t n; /* bytes of memory in `bytes`, from address `at` on */
	uint8_t bytes[MEMORY_BYTES];
};

/* Reads nothing yet. */
void memory_init(struct memory *m, const struct address_space *space);

/* Reads the word at an address. False if the process, or that memory, is not there. */
bool memory_word(struct memory *m, uint64_t address, uint64_t *word);

#endif
