/*
 * Reads Python's frames and names from the memory of a running process, or an image of it, by the
 * same steps as the BPF program.
 */
#ifndef INTERP_PYTHON_READER_H
#define INTERP_PYTHON_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/*
 * Reads the stack of the thread whose pthread_self() is `thread`. stack->head.end says why it
 * ends where it does. The caller makes sure that the thread does not run meanwhile.
 */
void python_read_stack(const struct interp_memory *m, const struct python_place *target,
		       uint64_t thread, struct interp_stack *stack);

/*
 * Reads the names of a code object, as a record (code_names.h). False if the code object of that
 * id is gone.
 */
bool python_read_names(const struct interp_memory *m, const struct python_place *target,
		       uint64_t code, uint64_t id, struct code_names *names, size_t *size);

#endif
