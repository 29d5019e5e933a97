/*
 * Memory of a process, made up by a test: objects are put into it one after the other. For tests
 * of readers of interpreters' frames.
 */
#ifndef TESTS_MADE_MEMORY_H
#define TESTS_MADE_MEMORY_H

#include <stdlib.h>
#include <string.h>

#include "interp/interp_memory.h"

enum { BASE = 0x10000, SIZE = 4 << 20 };

static uint8_t memory[SIZE];
static uint64_t end; /* of what is in use */
static unsigned reads;

static inline bool read_memory(void *context, uint64_t address, void *to, size_t n)
{
	(void)context;
	reads++;
	if (address < BASE || address - BASE > SIZE || n > SIZE - (address - BASE))
		return false;
	memcpy(to, memory + (address - BASE), n);
	return true;
}

static const struct interp_memory process = { read_memory, NULL };

/* The address of n new bytes, all zero. */
static inline uint64_t take(size_t n)
{
	uint64_t at = end;

	end += (n + 15) / 16 * 16;
	return BASE + at;
}

/* Put a number of n bytes, or bytes, at an address. */
static inline void put(uint64_t at, uint64_t value, size_t n)
{
	memcpy(memory + (at - BASE), &value, n);
}

static inline void put_bytes(uint64_t at, const void *bytes, size_t n)
{
	memcpy(memory + (at - BASE), bytes, n);
}

static inline uint64_t word_at(uint64_t at)
{
	uint64_t word;

	memcpy(&word, memory + (at - BASE), sizeof(word));
	return word;
}

/* Reads with random damage: any end, but an end. The memory is whole again afterwards. */
static inline void read_damaged(uint32_t (*read_stack)(void))
{
	static uint8_t copy[SIZE];

	memcpy(copy, memory, end);
	srand(1);
	for (int i = 0; i < 20000; i++) {
		for (int k = 0; k < 8; k++)
			memory[(size_t)rand() % end] ^= (uint8_t)(1 << rand() % 8);
		read_stack();
		if (i % 16 == 0)
			memcpy(memory, copy, end);
	}
	memcpy(memory, copy, end);
}

#endif
