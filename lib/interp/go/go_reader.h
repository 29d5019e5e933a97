/* Reads the labels of a goroutine from memory, as the BPF program does at a sample (go_walk.h). */
#ifndef INTERP_GO_READER_H
#define INTERP_GO_READER_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/* Sets the labels' state, count, n, copied, size and bytes. `thread`: its thread pointer. */
void go_read_labels(const struct interp_memory *m, const struct go_place *target, uint64_t thread,
		    struct interp_labels *labels);

#endif
