/*
 * Reads Ruby's frames and names from the memory of a running process, or an image of it, by the
 * same steps as the BPF program.
 */
#ifndef INTERP_RUBY_READER_H
#define INTERP_RUBY_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/* Reads the stack of the thread with that thread pointer; as python_read_stack(). */
void ruby_read_stack(const struct interp_memory *m, const struct ruby_place *target,
		     uint64_t thread, struct interp_stack *stack);

/* Reads the names of an instruction sequence; as python_read_names(). */
bool ruby_read_names(const struct interp_memory *m, const struct ruby_place *target, uint64_t code,
		     uint64_t id, struct code_names *names, size_t *size);

#endif
