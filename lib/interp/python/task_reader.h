/* Reads the task of asyncio from memory, as the BPF program does at a sample (task_walk.h). */
#ifndef INTERP_TASK_READER_H
#define INTERP_TASK_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/* Sets the task's state, number, name and bytes. `thread`: the address of the thread state. */
void task_read_from(const struct interp_memory *m, const struct python_place *target,
		    uint64_t thread, struct interp_task *task);

#endif
