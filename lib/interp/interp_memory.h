/* The memory of a process, or an image of it, as readers of interpreters see it. */
#ifndef INTERP_INTERP_MEMORY_H
#define INTERP_INTERP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct interp_memory {
	/* Read n bytes at an address; false if they are not all there. */
	bool (*read)(void *context, uint64_t address, void *to, size_t n);
	void *context;
};

#endif
