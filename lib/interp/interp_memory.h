/* How readers of interpreters read the memory of a process, or an image of it. */
#ifndef INTERP_INTERP_MEMORY_H
#define INTERP_INTERP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interp_memory {
	/* Reads n bytes at an address. False if not all can be read. */
	bool (*read)(void *context, uint64_t address, void *to, size_t n);
	void *context;
};

#endif
