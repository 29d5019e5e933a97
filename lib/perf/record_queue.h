/*
 * Records in the order of their times. Each CPU writes its own in order; those of several
 * CPUs come one after the other, so a record waits until all that may be older are there.
 *
 * A record is copied, without the part of a sample's stack that is not valid, and stays
 * where it is until it is handed out.
 */
#ifndef PERF_RECORD_QUEUE_H
#define PERF_RECORD_QUEUE_H

#include "base/buf.h"
#include "perf/record.h"

struct record_queue {
	struct queue_block *block, *spare; /* the newest first */
	struct buf waiting;                /* struct queued_record * */
	size_t nsorted;                    /* the first of them, which are in order */
	uint64_t nadded;
	size_t bytes;       /* of the records that wait */
	size_t spare_bytes; /* of the blocks that are kept for later */
	uint64_t newest;    /* the latest time of all records so far */
	uint64_t round;     /* and that at the end of the last round */
};

/* A zeroed struct record_queue is empty and ready; this makes it so again. */
void record_queue_release(struct record_queue *q);

/* Add a record, of which r is what record_parse() made, from event number `event`. */
void record_queue_add(struct record_queue *q, const struct perf_event_header *h,
		      const struct record *r, size_t event);

/*
 * Hand out all records that are older than `until`, in order of time, and of arrival
 * where times are equal. A record is valid during the call.
 */
void record_queue_until(struct record_queue *q, uint64_t until,
			void (*handle)(void *context, const struct record *r, size_t event),
			void *context);

/*
 * A round has ended: every CPU's buffer was read once (PERF_RECORD_FINISHED_ROUND).
 * Returns the time before which nothing can come any more: the latest of the round before.
 */
uint64_t record_queue_end_round(struct record_queue *q);

#endif
