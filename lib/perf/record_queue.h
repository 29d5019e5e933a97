/*
 * Sorts records by time. Each CPU writes its records in order, but they are read one CPU after
 * another, so a record waits until all older ones were added.
 *
 * A record is copied, without the invalid part of a sample's stack, and does not move until it is
 * handed out.
 */
#ifndef PERF_RECORD_QUEUE_H
#define PERF_RECORD_QUEUE_H

#include "base/buf.h"
#include "perf/record.h"

struct record_queue {
	struct queue_block *block, *spare; /* the newest first */
	struct buf waiting;                /* struct queued_record * */
	size_t nsorted;                    /* number of first ones that are sorted */
	uint64_t nadded;
	size_t bytes;       /* of waiting records */
	size_t spare_bytes; /* of spare blocks */
	uint64_t newest;    /* the latest time of all records so far */
	uint64_t round;     /* `newest` at the end of the last round */
};

/* Empties the queue. A zeroed struct record_queue is empty and ready. */
void record_queue_release(struct record_queue *q);

/* Adds a record of event number `event`; r is the result of record_parse(). */
void record_queue_add(struct record_queue *q, const struct perf_event_header *h,
		      const struct record *r, size_t event);

/*
 * Hands out all records older than `until`, in order of time; those with equal times in order of
 * arrival. A record is valid during the call.
 */
void record_queue_until(struct record_queue *q, uint64_t until,
			void (*handle)(void *context, const struct record *r, size_t event),
			void *context);

/*
 * Ends a round, in which every CPU's buffer was read once (PERF_RECORD_FINISHED_ROUND). Returns
 * the time before which no more records can come: the latest time of the previous round.
 */
uint64_t record_queue_end_round(struct record_queue *q);

#endif
