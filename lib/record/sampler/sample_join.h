/*
 * Joins records of the BPF program to samples. The program writes a record of a thread right
 * before its sample, into the same buffer. The records of a buffer are taken in order; a sample is
 * handed out later, in the order of time, together with its record.
 */
#ifndef RECORD_SAMPLE_JOIN_H
#define RECORD_SAMPLE_JOIN_H

#include "base/buf.h"

struct sample_join {
	struct buf pending;         /* records that have no sample yet: struct pending */
	struct joined *joined[256]; /* by thread and time of their sample */
	size_t njoined;
	struct joined *found; /* by the last sample_join_find() */
};

/* A zeroed one is empty. */
void sample_join_release(struct sample_join *j);

/* Takes a record, of which a copy is kept. `time` is when the program ran, in ns. */
void sample_join_take(struct sample_join *j, uint32_t tid, uint64_t time, struct str record);

/* Takes a sample, which follows its record in the buffer. */
void sample_join_sample(struct sample_join *j, uint32_t tid, uint64_t time);

/*
 * Finds the record of a sample, aligned to 8 bytes, and drops it at the next call; the caller may
 * change it meanwhile. {NULL, 0} if it has none.
 */
struct str sample_join_find(struct sample_join *j, uint32_t tid, uint64_t time);

/* Drops records of samples up to that time, which have all been handed out. */
void sample_join_forget(struct sample_join *j, uint64_t until);

#endif
