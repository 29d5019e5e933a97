/* The buffer that perf fills for one CPU (perf_event_open(2), "MMAP layout"). */
#ifndef RECORD_RING_H
#define RECORD_RING_H

#include <linux/perf_event.h>

#include "base/buf.h"

struct ring {
	int fd;       /* of the event that owns it */
	bool hung_up; /* whose task has ended: nothing wakes its readers */
	struct perf_event_mmap_page *page;
	const uint8_t *data;
	size_t size;        /* of data: a power of two */
	size_t mapped;      /* bytes of the whole mapping */
	struct buf wrapped; /* scratch for a record that lies around the end */
};

/*
 * Map the buffer of an event, of `size` bytes of data, a power of two. False, and errno,
 * when that is not allowed.
 */
bool ring_open(struct ring *r, int fd, size_t size);
void ring_close(struct ring *r);

/*
 * How far it is filled: a position for ring_drain(). Positions only grow.
 */
uint64_t ring_head(const struct ring *r);

/* Call look() for each record that is there, up to a position; all of them stay. */
void ring_look(struct ring *r, uint64_t head,
	       void (*look)(void *context, const struct perf_event_header *), void *context);

/*
 * Take the records that are there, up to a position. take() is called for each; the record is valid
 * until it returns. Their space is given back when all of them have been taken.
 */
void ring_drain(struct ring *r, uint64_t head,
		void (*take)(void *context, const struct perf_event_header *), void *context);

#endif
