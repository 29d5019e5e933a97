/*
 * A recording under way: moves records from the rings of a sampler to a decoder, which
 * hands out samples.
 */
#ifndef RECORD_RECORDER_H
#define RECORD_RECORDER_H

#include "perf/decoder.h"
#include "record/interpreters.h"
#include "record/live_host.h"
#include "record/process_tree.h"
#include "record/sampler.h"
#include "record/targets.h"
#include "record/twice.h"

struct recorder {
	struct sampler *sampler;
	struct live_host host;
	struct decoder decoder;
	const struct targets *threads; /* samples are of these threads only; NULL: of all */
	struct process_tree tree;      /* of which samples are taken, where sampler.by_cpu */
	struct twice twice;
	struct interpreters *interpreters; /* NULL: interpreters are programs like others */
	uint64_t forks;                    /* threads and processes that began */
	struct buf heads;                  /* uint64_t: how far each ring is read in this round */
	int self;                          /* samples of this process are left out; 0 = none; */
	int helper[4];                     /* and those of these: children of ours, the last ones */
	unsigned nhelper;
	/* As those of the decoder; wants() may be NULL. */
	bool (*wants)(void *context, struct process *);
	void (*on_sample)(void *context, const struct perf_sample *);
	void (*on_task)(void *context, const struct record *); /* recorder_follow_tasks() */
	void (*take_more)(void *context); /* what does not come in the rings; NULL: nothing */
	void *context;
	size_t switch_event;      /* number of the one that samples switches, with on_task; */
	_Atomic uint64_t nswitch; /* threads that left a CPU: all, */
	_Atomic uint64_t nown;    /* and those of what is recorded */
};

void recorder_init(struct recorder *r, struct sampler *sampler, const struct arch *arch);
void recorder_release(struct recorder *r);

/* Put Python's functions in the place of its evaluator. All is used until recorder_release(). */
void recorder_use_interpreters(struct recorder *r, struct interpreters *p);

/*
 * Hand out what threads do as well (decoder.on_task()), with samples and records of the event
 * of that number, which is one of event_of_waits().
 */
void recorder_follow_tasks(struct recorder *r, size_t switch_event,
			   void (*on_task)(void *context, const struct record *));

/*
 * Move what is in the rings to the decoder, and handle records that are COMMIT_NS old: by
 * then all CPUs have written theirs. `all`: handle everything, at the end of a recording.
 */
void recorder_drain(struct recorder *r, bool all);

/* Handle all records of before that time, which is now: wait until they are written. */
void recorder_drain_until(struct recorder *r, uint64_t time);

/* Leave out the samples of a child of ours, which takes no part in what is recorded. */
void recorder_ignore(struct recorder *r, int pid);

/* Only move what is in the rings; it is handled later. */
void recorder_take(struct recorder *r);

/* Give back what no process uses any more. */
void recorder_sweep(struct recorder *r);

#endif
