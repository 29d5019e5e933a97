#include "interp/go/go_reader.h"

#include "interp/go/go_walk.h"

void go_read_labels(const struct interp_memory *m, const struct go_place *target, uint64_t thread,
		    struct interp_labels *labels)
{
	struct go_walk w = { .target = *target, .memory = m };

	if (go_begin(&w, thread, labels))
		while (go_step(&w, labels))
			;
}
