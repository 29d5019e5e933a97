/*
 * Threads that are born while their process is attached to may have the events of the
 * thread that made them, and again those that were opened for them when they were found: each
 * of the two takes all samples. One of them counts.
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

/* Is this sample, of event number `event`, one that another one has counted already? */
bool twice_counted(struct twice *t, const struct record *r, size_t event);

#endif
