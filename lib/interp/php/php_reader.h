/*
 * Reads PHP's frames and names from the memory of a running process, or an image of it, by the
 * same steps as the BPF program.
 */
#ifndef INTERP_PHP_READER_H
#define INTERP_PHP_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/* Reads the stack of a thread that runs PHP; as python_read_stack(). */
void php_read_stack(const struct interp_memory *m, const struct php_place *target, uint64_t thread,
		    struct interp_stack *stack);

/* Reads the names of a function; as python_read_names(). */
bool php_read_names(const struct interp_memory *m, const struct php_place *target, uint64_t code,
		    uint64_t id, struct code_names *names, size_t *size);

/*
 * Completes a frame that the BPF program left (INTERP_LATE), from a process that runs. False if
 * its function is gone: one is there only if the frame's instruction is in it.
 */
bool php_read_late(const struct interp_memory *m, const struct php_place *target,
		   struct interp_frame *f);

#endif
