/*
 * The events of a recording: the attributes each was opened with, and the ids by which
 * its records name it.
 */
#ifndef PERF_PERF_EVENTS_H
#define PERF_PERF_EVENTS_H

#include <linux/perf_event.h>

#include "base/table.h"

/*
 * The records of all events have the id at the same place: either PERF_SAMPLE_IDENTIFIER,
 * or PERF_SAMPLE_ID after the same fields. perf sees to that.
 */
struct perf_events {
	struct perf_event_attr *attr;
	size_t n, cap;
	struct table ids; /* rows { id } -> number of the event */
};

void perf_events_init(struct perf_events *e);
void perf_events_release(struct perf_events *e);

/* Add an event; returns its number, from 0. */
size_t perf_events_add(struct perf_events *e, const struct perf_event_attr *attr);

/* One of its ids: it has one for each task and CPU that it was opened for. */
void perf_events_add_id(struct perf_events *e, uint64_t id, size_t event);

/*
 * The number of the event that wrote a record; of the first event for a record that does
 * not say, or not by a known id. There must be an event.
 */
size_t perf_events_find(const struct perf_events *e, const struct perf_event_header *h);

/* Is an id known, and of which event is it? */
bool perf_events_has_id(const struct perf_events *e, uint64_t id);
size_t perf_events_with_id(const struct perf_events *e, uint64_t id);

/* Does a record say that it is of an event that is not known? */
bool perf_events_is_foreign(const struct perf_events *e, const struct perf_event_header *h);

#endif
