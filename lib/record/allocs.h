/*
 * What programs allocate, and what of that is in use: the allocations that libprof-alloc.so has
 * sampled (alloc/preload.h) in the processes that are recorded.
 *
 * An allocation of S bytes is sampled with p = 1 - exp(-S/R), where R is the mean number of
 * bytes between two samples. It stands for 1/p allocations and S/p bytes, so that sums are
 * right on average, whatever the sizes are. A profile has four sample types, as Go's:
 *
 *	alloc_objects, alloc_space    allocations in its window, and their bytes
 *	inuse_objects, inuse_space    what was allocated since the recording began and not freed
 *	                              by the end of the window, or of its process
 *
 *	allocs_init(&a, ...);
 *	allocs_listen(), allocs_attach()  processes come by themselves, or are named
 *	allocs_begin(&a);                 a profile has begun, after gather_begin()
 *	allocs_take(&a)                   what is in the rings goes to the decoder, which calls
 *	allocs_sample(), allocs_task()    in the order of time
 *	allocs_snapshot(&a)               at a time; when all of before it was handled,
 *	allocs_cut(&a);                   what came before is in the profile
 */
#ifndef RECORD_ALLOCS_H
#define RECORD_ALLOCS_H

#include "base/strings.h"
#include "perf/gather.h"
#include "record/alloc_heap.h"
#include "record/alloc_socket.h"

/* Of a profile, but for the first. Fractions are estimates. */
struct alloc_counts {
	uint64_t processes; /* that have come since the recording began */
	struct alloc_lost lost;
	double objects, bytes;             /* allocated, */
	double inuse_objects, inuse_bytes; /* and in use at the end */
};

/* What a row of the profile has. */
struct alloc_sums {
	double v[4]; /* alloc_objects ... inuse_space */
};

struct allocs {
	struct decoder *decoder;
	struct gather *gather;
	size_t event;         /* number of that of allocations */
	uint64_t period;      /* R */
	uint32_t stack;       /* bytes to copy */
	uint64_t begun;       /* ns: what was allocated before does not count */
	uint64_t taken;       /* ns: when something was in the rings; 0: never */
	bool alone;           /* no other event gives the profile its period */
	bool adapts;          /* sample less often where there is much to sample */
	uint64_t most_period; /* that was in force, then */
	struct alloc_socket socket;
	struct VEC_OF(struct alloc_heap *) heaps; /* by serial */
	uint64_t last_serial;
	uint32_t columns[4];
	struct VEC_OF(struct alloc_sums) sums; /* by rows of the profile */
	struct table stacks;    /* struct stack_node: of allocations that are in use */
	struct strings threads; /* their names */
	struct buf scratch;
	struct alloc_counts counts;
};

void allocs_init(struct allocs *a, struct decoder *d, struct gather *g, size_t event);
void allocs_release(struct allocs *a);

/*
 * Be ready for the processes of a command: variables are what its environment needs. False
 * with the reason in *why.
 */
bool allocs_listen(struct allocs *a, const char *variables[ALLOC_VARIABLES], struct buf *why);

/* Record a process that runs, and what it forks. False with the reason in *why. */
bool allocs_attach(struct allocs *a, int pid, bool children, struct buf *why);

/* No process samples any more. */
void allocs_stop(struct allocs *a);

/* Add the columns of a new profile. */
void allocs_begin(struct allocs *a);

/* Move what processes have written to the decoder. Another thread may call it, but none beside. */
void allocs_take(struct allocs *a);

/* A sample of the event of allocations; a record, as decoder.on_task() has it. */
void allocs_sample(struct allocs *a, const struct perf_sample *s);
void allocs_task(struct allocs *a, const struct record *r);

/*
 * Records of before that time, which is now, have been handled: finish with processes that had
 * ended, and adapt the others' periods.
 */
void allocs_look(struct allocs *a, uint64_t now);

/*
 * Remember what is in use now, for the next cut; returns the time of that. Without it, what is
 * in use at the cut counts.
 */
uint64_t allocs_snapshot(struct allocs *a);

/* All of what has been handled is in the profile now, with what is in use. */
void allocs_cut(struct allocs *a);

#endif
