/*
 * A thread created while the profiler attaches to its process may have its events twice: those
 * inherited from its creator, and those opened for it when it was found. Both take all samples;
 * only one of the two counts.
 */
#ifndef RECORD_TWICE_H
#define RECORD_TWICE_H

#include "base/table.h"
#include "perf/record.h"

struct twice {
	struct table first; /* struct first_event: thread, CPU and event -> id */
};

void twice_init(struct twice *t);
void twice_release(struct twice *t);

/* Is this sample of event number `event` a duplicate? */
bool twice_counted(struct twice *t, const struct record *r, size_t event);

#endif
