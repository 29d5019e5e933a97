/*
 * Finds the dict of asyncio's tasks (CPython 3.11 to 3.13) in the memory of a process: that which
 * sys.modules["_asyncio"]._current_tasks is. task_walk.h says what is read of it at a sample.
 */
#ifndef INTERP_PYTHON_TASKS_H
#define INTERP_PYTHON_TASKS_H

#include "interp/interp_memory.h"
#include "interp/interp_wire.h"

/* Is there a dict to be found in this version? */
bool python_has_task_dict(const struct python_layout *l);

/*
 * Sets *task. False if no interpreter of the process has imported the module yet, or its tasks are
 * not of the size that the layout tells.
 */
bool python_tasks_find(struct python_task *task, const struct interp_memory *m,
		       const struct python_place *place);

#endif
