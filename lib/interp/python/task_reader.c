#include "interp/python/task_reader.h"

#include "interp/python/task_walk.h"

void task_read_from(const struct interp_memory *m, const struct python_place *target,
		    uint64_t thread, struct interp_task *task)
{
	struct walk w = { .target = *target, .found = thread, .memory = m };

	task_read(&w, task);
}
