/*
 * The recorder's side of alloc/shared_heap.h: the heap of a process that has loaded
 * libprof-alloc.so. The process can overwrite the shared memory at any time, so records are
 * copied before they are checked, and every field is checked.
 */
#ifndef RECORD_ALLOC_HEAP_H
#define RECORD_ALLOC_HEAP_H

#include "alloc/shared_heap.h"
#include "base/buf.h"
#include "base/vec.h"

/* A sampled allocation that was not seen to be freed yet. */
struct alloc_live {
	uint64_t id, time;
	double objects, bytes; /* allocations and bytes that it stands for */
	uint32_t slot, stack, thread, tid;
};

/* A slot that was full at the last snapshot. */
struct alloc_slot {
	uint64_t id;
	uint32_t slot;
};

/* Samples that the process could not write, and the allocations that they stand for. */
struct alloc_lost {
	uint64_t samples, no_slot, unseen;
	double objects, bytes;
};

struct alloc_heap {
	int pid, fd;
	int pidfd;       /* -1: the kernel has none */
	uint64_t serial; /* unique for each heap */
	uint64_t ended;  /* ns: when the process was seen to have ended; 0: it runs */
	bool foreign;    /* the process is in another PID namespace */
	struct shared_heap *shared;
	uint64_t tail[SHARED_RINGS];
	struct alloc_lost told; /* the sum of alloc_heap_lost()'s results so far */
	struct VEC_OF(struct alloc_live) live;
	size_t kept;                           /* live allocations left by the last check */
	struct VEC_OF(struct alloc_slot) full; /* full slots of the snapshot, in order */
	bool has_snapshot;                     /* `full` is in use */
	uint64_t drained, adapted;             /* records since `adapted`, in ns */
};

/*
 * Opens the shared file of process `pid`, and takes over its descriptor. Returns NULL with the
 * reason in *why, and closes the descriptor, if it is no such file. Unless `started` by this
 * recorder, the process's earlier records are skipped.
 */
struct alloc_heap *alloc_heap_open(int fd, int pid, uint64_t serial, bool started, struct buf *why);
void alloc_heap_close(struct alloc_heap *h);

/*
 * Starts sampling, with a mean of `period` bytes between samples and `stack` bytes of the stack
 * in each. Forked children are sampled, too, and connect to `socket`, unless that is NULL.
 */
void alloc_heap_start(struct alloc_heap *h, uint64_t period, uint32_t stack, const char *socket);
/* Changes the period. */
void alloc_heap_set_period(struct alloc_heap *h, uint64_t period);
uint64_t alloc_heap_period(const struct alloc_heap *h);
void alloc_heap_stop(struct alloc_heap *h);

/*
 * Takes the records out of the rings, and returns their number. Each record is whole, aligned to
 * 8 bytes, has the pid of this PID namespace, and may be changed.
 */
size_t alloc_heap_drain(struct alloc_heap *h, struct buf *scratch,
			void (*take)(void *context, struct shared_record *), void *context);

/*
 * Is an allocation still in use? While there is a snapshot: was it in use then?
 *
 * The process goes on while earlier records are awaited and handled. Without a snapshot,
 * short-lived allocations would seem freed, while the ones that replaced them are not known yet.
 */
void alloc_heap_snapshot(struct alloc_heap *h);
void alloc_heap_drop_snapshot(struct alloc_heap *h);
bool alloc_heap_has(const struct alloc_heap *h, const struct alloc_live *l);

/* The samples lost since the last call. */
struct alloc_lost alloc_heap_lost(struct alloc_heap *h);

/* Has the process ended? */
bool alloc_heap_ended(const struct alloc_heap *h);

#endif
