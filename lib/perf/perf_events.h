/*
 * The events of a recording: their attributes, and the ids by which records refer to them.
 */
#ifndef PERF_PERF_EVENTS_H
#define PERF_PERF_EVENTS_H

#include <linux/perf_event.h>

#include "base/table.h"

/*
 * The records of all events have the id at the same offset: either PERF_SAMPLE_IDENTIFIER, or
 * PERF_SAMPLE_ID after the same fields. perf ensures that.
 */
struct perf_events {
	struct perf_event_attr *attr;
	size_t n, cap;
	struct table ids; /* rows { id } -> number of the event */
};

void perf_events_init(struct perf_events *e);
void perf_events_release(struct perf_events *e);

/* Adds an event. Returns its number, from 0. */
size_t perf_events_add(struct perf_events *e, const struct perf_event_attr *attr);

/* Adds an id of an event, which has one for each task and CPU that it was opened for. */
void perf_events_add_id(struct perf_events *e, uint64_t id, size_t event);

/*
 * The number of the event that wrote a record; that of the first event if the record has no known
 * id. There must be an event.
 */
size_t perf_events_find(const struct perf_events *e, const struct perf_event_header *h);

/* Is an id known? Finds its event. */
bool perf_events_has_id(const struct perf_events *e, uint64_t id);
size_t perf_events_with_id(const struct perf_events *e, uint64_t id);

/* Does a record have an unknown id? */
bool perf_events_is_foreign(const struct perf_events *e, const struct perf_event_header *h);

#endif
