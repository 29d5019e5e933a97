/* Words of a running process's memory, read a few pages at a time. */
#ifndef UNWIND_MEMORY_H
#define UNWIND_MEMORY_H

#include "unwind/address_space.h"

enum { MEMORY_BYTES = 16 << 10 };

struct memory {
	const struct address_space *space;
	bool gone; /* it could not be read: not tried again */
	uint64_t at;
	size_t n; /* bytes that are here, from address `at` on */
	uint8_t bytes[MEMORY_BYTES];
};

/* Nothing is read before it is asked for. */
void memory_init(struct memory *m, const struct address_space *space);

/* The word at an address. False when the process does not have it (any more). */
bool memory_word(struct memory *m, uint64_t address, uint64_t *word);

#endif
