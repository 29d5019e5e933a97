/*
 * A recording under way: takes in what the kernel reports, in order of time, keeps
 * the picture of processes and their mappings, unwinds, and hands out samples.
 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include "record/records.h"
#include "record/sampler.h"
#include "record/unwind.h"

/* A sample as it is handed out; valid during the call. */
struct recorded {
	struct process *process;
	uint32_t pid, tid, cpu;
	uint64_t time; /* ns, CLOCK_MONOTONIC */
	uint64_t period;
	size_t event; /* which of the sampler's */
	/* Frames, leaf first: first those of the kernel, then those of the process. */
	const uint64_t *kernel;
	size_t nkernel;
	const struct user_frame *user;
	size_t nuser;
	enum unwind_end end;
	const struct user_state *state; /* what the frames were found from; NULL for a chain */
	const char *thread;             /* its name; NULL unless processes.thread_names */
};

struct recorder {
	struct sampler *sampler;
	struct binaries binaries;
	struct processes processes;
	struct unwinder unwinder;
	/* Records that have been taken from the rings and not been dealt with. */
	struct buf waiting;            /* struct waiting */
	struct buf bytes;              /* the records themselves */
	struct buf spare, spare_bytes; /* for those that are carried over */
	uint64_t nsample, lost, throttled;
	struct buf ended; /* struct ended: processes to be forgotten */
	int self;         /* samples of this process are left out; 0 = none */
	int helper[4];    /* those of these, too: children of ours, the last ones */
	unsigned nhelper;

	/* Are samples of this process wanted? Asked once, and again after exec() and a
	   change of name. NULL = yes. */
	bool (*wants)(void *context, struct process *);
	void (*on_sample)(void *context, const struct recorded *);
	void *context;
};

void recorder_init(struct recorder *r, struct sampler *sampler, const struct arch *arch);
void recorder_release(struct recorder *r);

/*
 * Take what is in the rings, and deal with what is older than the call before
 * this one: by then all CPUs have reported it. `all`: deal with everything, at the
 * end of a recording.
 */
void recorder_drain(struct recorder *r, bool all);

/* Leave out the samples of a child of ours, which takes no part in what is recorded. */
void recorder_ignore(struct recorder *r, int pid);

/* Only take what is in the rings, to be dealt with later. */
void recorder_take(struct recorder *r);

/* Nanoseconds of the clock that records carry. */
uint64_t recorder_now(void);

#endif
