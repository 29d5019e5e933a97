/*
 * Python's frames and names from the memory of a process that somebody else reads: a process that
 * runs, or an image of its memory. The steps are those of the program in the kernel.
 */
#ifndef INTERP_PYTHON_READER_H
#define INTERP_PYTHON_READER_H

#include "base/buf.h"
#include "interp/interp_wire.h"

struct interp_memory {
	/* Read n bytes at an address; false if they are not all there. */
	bool (*read)(void *context, uint64_t address, void *to, size_t n);
	void *context;
};

/*
 * The stack of the thread of which pthread_self() gives `thread`. stack->head.end says how far it
 * was read. Frames of a thread that runs meanwhile are no stack at all: the caller sees to that.
 */
void python_read_stack(const struct interp_memory *m, const struct python_place *target,
		       uint64_t thread, struct interp_stack *stack);

/*
 * The names of a code object, as a record of them (python_name.h). False where there is no
 * code object of that id any more.
 */
bool python_read_names(const struct interp_memory *m, const struct python_place *target,
		       uint64_t code, uint64_t id, struct code_names *names, size_t *size);

#endif
