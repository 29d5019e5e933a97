/*
 * The heap of a process that has loaded libprof-alloc.so: its end of alloc/shared_heap.h that
 * records. The process can write there what it likes, at any time: records are copied before
 * they are looked at, and nothing in them is believed.
 */
#ifndef RECORD_ALLOC_HEAP_H
#define RECORD_ALLOC_HEAP_H

#include "alloc/shared_heap.h"
#include "base/buf.h"
#include "base/vec.h"

/* A sampled allocation that is in use, as far as we know. */
struct alloc_live {
	uint64_t id, time;
	double objects, bytes; /* that it stands for */
	uint32_t slot, stack, thread, tid;
};

/* A slot that was full. */
struct alloc_slot {
	uint64_t id;
	uint32_t slot;
};

/* Samples that the process could not write down, and what they would have stood for. */
struct alloc_lost {
	uint64_t samples, no_slot, unseen;
	double objects, bytes;
};

struct alloc_heap {
	int pid, fd;
	int pidfd;       /* -1: the kernel has none */
	uint64_t serial; /* another one for each */
	uint64_t ended;  /* ns: when it was seen to have ended; 0: it runs */
	bool foreign;    /* it counts threads in a pid namespace of its own */
	struct shared_heap *shared;
	uint64_t tail[SHARED_RINGS];
	struct alloc_lost told; /* what alloc_heap_lost() has returned so far */
	struct VEC_OF(struct alloc_live) live;
	size_t kept;                           /* of them, at the last look */
	struct VEC_OF(struct alloc_slot) full; /* in order, at the last snapshot, */
	bool has_snapshot;                     /* which is in use */
	uint64_t drained, adapted;             /* records since that time, in ns */
};

/*
 * Take the file with that descriptor, which belongs to process `pid`. Returns NULL, with the
 * reason in *why, if it is no such file; the descriptor is closed then. What the rings hold
 * already is left out, unless the process was started by us.
 */
struct alloc_heap *alloc_heap_open(int fd, int pid, uint64_t serial, bool started, struct buf *why);
void alloc_heap_close(struct alloc_heap *h);

/*
 * Let it sample: a mean of `period` bytes between two samples, so many bytes of the stack; and
 * its forked children, who connect to `socket` (NULL: not them).
 */
void alloc_heap_start(struct alloc_heap *h, uint64_t period, uint32_t stack, const char *socket);
/* Let it sample with another period from now on. */
void alloc_heap_set_period(struct alloc_heap *h, uint64_t period);
uint64_t alloc_heap_period(const struct alloc_heap *h);
void alloc_heap_stop(struct alloc_heap *h);

/*
 * Take what is in its rings. Each record is whole, aligned to 8 bytes, has our number of the
 * process as its pid, and may be changed; returns how many there were.
 */
size_t alloc_heap_drain(struct alloc_heap *h, struct buf *scratch,
			void (*take)(void *context, struct shared_record *), void *context);

/*
 * Is an allocation still in use? From a snapshot until it is dropped: was it then?
 *
 * The process goes on while the records of before a time are awaited and handled. What lives
 * only for a moment is freed by then; and what took its place is not yet known.
 */
void alloc_heap_snapshot(struct alloc_heap *h);
void alloc_heap_drop_snapshot(struct alloc_heap *h);
bool alloc_heap_has(const struct alloc_heap *h, const struct alloc_live *l);

/* What was lost since the last call. */
struct alloc_lost alloc_heap_lost(struct alloc_heap *h);

/* Has the process ended? */
bool alloc_heap_ended(const struct alloc_heap *h);

#endif
