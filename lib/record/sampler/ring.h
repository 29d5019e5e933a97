/* The buffer that perf fills for one CPU (perf_event_open(2), "MMAP layout"). */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include <linux/perf_event.h>

#include "base/buf.h"

struct ring {
	int fd;       /* of the event that owns it */
	bool hung_up; /* the task of that event has ended: no event wakes readers */
	struct perf_event_mmap_page *page;
	const uint8_t *data;
	size_t size;        /* of data: a power of two */
	size_t mapped;      /* bytes of the whole mapping */
	struct buf wrapped; /* scratch for a record that lies around the end */
};

/*
 * Maps the buffer of an event, with `size` bytes of data, a power of two. False with errno if
 * that is not allowed.
 */
bool ring_open(struct ring *r, int fd, size_t size);
void ring_close(struct ring *r);

/* The end of the written records, for ring_drain(). Positions never decrease. */
uint64_t ring_head(const struct ring *r);

/* Calls look() for each record up to a position. The records stay in the ring. */
void ring_look(struct ring *r, uint64_t head,
	       void (*look)(void *context, const struct perf_event_header *), void *context);

/*
 * Takes the records up to a position: calls take() for each, whose record is valid until it
 * returns. The space is freed after the last one.
 */
void ring_drain(struct ring *r, uint64_t head,
		void (*take)(void *context, const struct perf_event_header *), void *context);

#endif
