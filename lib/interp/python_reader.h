/*
 * Python's frames and names from the memory of a process that runs, or an image of it. The steps are those of the program in the kernel.
 */
#ifndef INTERP_PYTHON_READER_H
#define INTERP_PYTHON_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/*
 * The stack of the thread of which pthread_self() gives `thread`. stack->head.end says how far it
 * was read. Frames of a thread that runs meanwhile are no stack at all: the caller sees to that.
 */
void python_read_stack(const struct interp_memory *m, const struct python_place *target,
		       uint64_t thread, struct interp_stack *stack);

/*
 * The names of a code object, as a record of them (code_names.h). False where there is no
 * code object of that id any more.
 */
bool python_read_names(const struct interp_memory *m, const struct python_place *target,
		       uint64_t code, uint64_t id, struct code_names *names, size_t *size);

#endif
