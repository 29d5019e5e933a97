/*
 * Moves records from the rings of a sampler to a decoder, which hands out samples.
 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include "perf/decoder.h"
#include "record/interp/interpreters.h"
#include "record/live_host.h"
#include "record/process/process_tree.h"
#include "record/process/targets.h"
#include "record/sampler/sampler.h"
#include "record/sampler/twice.h"

struct recorder {
	struct sampler *sampler;
	struct live_host host;
	struct decoder decoder;
	const struct targets *threads; /* take samples of these threads only; NULL: of all */
	struct process_tree tree;      /* with sampler.by_cpu: the recorded processes */
	struct twice twice;
	struct interpreters *interpreters; /* NULL: interpreters are programs like others */
	uint64_t forks;                    /* threads and processes that began */
	uint64_t news;                     /* records that tell of tasks or code that are new */
	struct buf heads;                  /* uint64_t: end of this round in each ring */
	int self;      /* the profiler's pid: its samples are dropped; 0 = none */
	int helper[4]; /* its latest children: their samples are dropped, too */
	unsigned nhelper;
	/* As the decoder's; wants() may be NULL. */
	bool (*wants)(void *context, struct process *);
	void (*on_sample)(void *context, const struct perf_sample *);
	void (*on_task)(void *context, const struct record *); /* recorder_follow_tasks() */
	void (*take_more)(void *context); /* takes records from other sources; may be NULL */
	void *context;
	size_t switch_event;      /* with on_task: number of the event of switches */
	_Atomic uint64_t nswitch; /* threads that left a CPU */
	_Atomic uint64_t nown;    /* recorded threads among them */
	uint64_t taken, longest;  /* ns: the last recorder_take(); the longest time between two */
};

void recorder_init(struct recorder *r, struct sampler *sampler, const struct arch *arch);
void recorder_release(struct recorder *r);

/* Makes interpreted functions replace their evaluator. *p is used until recorder_release(). */
void recorder_use_interpreters(struct recorder *r, struct interpreters *p);

/*
 * Also hands out records of threads to decoder.on_task(), with the samples and records of event
 * number switch_event, which is event_of_waits().
 */
void recorder_follow_tasks(struct recorder *r, size_t switch_event,
			   void (*on_task)(void *context, const struct record *));

/*
 * Moves records from the rings to the decoder, and handles those that are COMMIT_NS old: by then
 * all CPUs have written theirs. `all`: handles all records, at the end of a recording.
 */
void recorder_drain(struct recorder *r, bool all);

/* Waits until all records from before `time`, which is now, are written, and handles them. */
void recorder_drain_until(struct recorder *r, uint64_t time);

/* Drops the samples of a child of the profiler that is not part of the recording. */
void recorder_ignore(struct recorder *r, int pid);

/* Only moves records from the rings, to be handled later. Notes how long they waited at most. */
void recorder_take(struct recorder *r);

/* Releases what no process uses any more. */
void recorder_sweep(struct recorder *r);

#endif
