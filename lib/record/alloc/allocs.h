/*
 * Profiles of allocations and of memory in use, from the allocations that libprof-alloc.so
 * samples (alloc/preload.h) in the recorded processes.
 *
 * An allocation of S bytes is sampled with p = 1 - exp(-S/R), where R is the mean number of
 * bytes between two samples. It stands for 1/p allocations and S/p bytes, so that sums are
 * unbiased, whatever the sizes are. A profile has the four sample types of Go's heap profiles:
 *
 *	alloc_objects, alloc_space    allocations in its window, and their bytes
 *	inuse_objects, inuse_space    what was allocated since the recording began and not freed
 *	                              by the end of the window, or of its process
 *
 *	allocs_init(&a, ...);
 *	allocs_listen(), allocs_attach()  accept processes that connect, or attach to one
 *	allocs_begin(&a);                 begins a profile, after gather_begin()
 *	allocs_take(&a)                   moves records from the rings to the decoder, which
 *	allocs_sample(), allocs_task()    hands them out in the order of time
 *	allocs_snapshot(&a)               notes what is in use at the end of the window
 *	allocs_cut(&a);                   completes the profile, once all records are handled
 */
#ifndef RECORD_ALLOCS_H
#define RECORD_ALLOCS_H

#include "base/strings.h"
#include "perf/gather.h"
#include "record/alloc/alloc_heap.h"
#include "record/alloc/alloc_socket.h"
#include "record/alloc/alloc_stacks.h"

/* Counts of a profile, except those of processes. Fractions are estimates. */
struct alloc_counts {
	uint64_t processes;    /* seen since the recording began */
	uint64_t without_file; /* and those that could not create the file they share */
	struct alloc_lost lost;
	double objects, bytes;             /* allocated */
	double inuse_objects, inuse_bytes; /* in use at the end */
};

/* The values of a row of the profile. */
struct alloc_sums {
	double v[4]; /* alloc_objects ... inuse_space */
};

struct allocs {
	struct decoder *decoder;
	struct gather *gather;
	size_t event;         /* number of the event of allocations */
	uint64_t period;      /* R */
	uint32_t stack;       /* bytes to copy */
	uint64_t begun;       /* ns: earlier allocations do not count */
	uint64_t taken;       /* ns: when the rings last had records; 0: never */
	bool alone;           /* no other event gives the profile its period */
	bool adapts;          /* the period grows with the rate of allocations */
	uint64_t most_period; /* the largest period in force */
	struct alloc_socket socket;
	struct VEC_OF(struct alloc_heap *) heaps; /* by serial */
	uint64_t last_serial;
	uint32_t columns[4];
	struct VEC_OF(struct alloc_sums) sums; /* by rows of the profile */
	struct alloc_stacks stacks;            /* of allocations in use */
	struct strings threads;                /* names of threads */
	struct buf scratch;
	struct alloc_counts counts;
};

void allocs_init(struct allocs *a, struct decoder *d, struct gather *g, size_t event);
void allocs_release(struct allocs *a);

/*
 * Prepares for the processes of a command, whose environment needs the variables. False with
 * the reason in *why.
 */
bool allocs_listen(struct allocs *a, const char *variables[ALLOC_VARIABLES], struct buf *why);

/* Records a running process and, with `children`, what it forks. False with the reason in *why. */
bool allocs_attach(struct allocs *a, int pid, bool children, struct buf *why);

/* Stops all processes from sampling. */
void allocs_stop(struct allocs *a);

/* Adds the columns of a new profile. */
void allocs_begin(struct allocs *a);

/* Moves the processes' records to the decoder. Any one thread at a time may call it. */
void allocs_take(struct allocs *a);

/* Take a sample of the event of allocations, and a record of decoder.on_task(). */
void allocs_sample(struct allocs *a, const struct perf_sample *s);
void allocs_task(struct allocs *a, const struct record *r);

/*
 * Call it when all records from before `now` were handled. Finishes with processes that had
 * ended, and adapts the periods of the others.
 */
void allocs_look(struct allocs *a, uint64_t now);

/*
 * Notes what is in use now, for the next cut, and returns the time. Without a snapshot,
 * allocs_cut() counts what is in use when it is called.
 */
uint64_t allocs_snapshot(struct allocs *a);

/* Puts all that was handled into the profile, with what is in use. */
void allocs_cut(struct allocs *a);

#endif
