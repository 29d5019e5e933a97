/*
 * Turns perf records into samples with stacks: sorts records by time, follows processes and their
 * mappings, unwinds stacks, and hands out samples.
 *
 * The records may come from the kernel's rings, or from a file of another machine.
 *
 *	decoder_init(&d, arch, &host);
 *	while (there are records)
 *		decoder_add(&d, header, attr of its event, number of its event);
 *	decoder_run(&d, the time before which all records have been added);
 */
#ifndef PERF_DECODER_H
#define PERF_DECODER_H

#include "perf/cgroups.h"
#include "perf/deferred.h"
#include "perf/kernel_code.h"
#include "perf/process.h"
#include "perf/record_queue.h"
#include "unwind/unwind.h"

enum {
	DECODER_MOST_KERNEL = 512, /* frames */
	DECODER_MOST_CHAIN = 127,  /* frames of a chain, by default */
};

/* A sample that is handed out; valid during the call. */
struct perf_sample {
	struct process *process;
	uint32_t pid, tid, cpu; /* cpu: UINT32_MAX if it is not known */
	uint64_t time;          /* ns of the events' clock */
	uint64_t period;
	size_t event; /* the number that came with its record */
	/* Frames, leaf first: those of the kernel, then those of the process. */
	const uint64_t *kernel;
	size_t nkernel;
	const struct user_frame *user;
	size_t nuser;
	enum unwind_end end;
	const struct user_state *state;     /* the input of unwind(); NULL for a chain */
	const char *thread;                 /* its name; NULL unless processes.thread_names */
	const struct record_sample *record; /* its source; NULL if it has none */
	const char *gil;                    /* for the label `gil`; NULL: no label */
	struct str labels;                  /* lines "key=value"; `trace` of --label-by */
	struct str pprof, task;             /* the same for `pprof` and `task` */
	/* For a waiting thread, in a sample that the decoder did not make: */
	const char *wait;        /* for the label `wait`; NULL: no label */
	const char *instead;     /* a frame in place of a stack that is not known */
	struct str kernel_names; /* lines, leaf first: kernel frames without addresses */
	uint64_t lock;           /* for the label `lock`: its address; 0: no label */
	uint32_t holder;         /* for the label `holder`: a thread of the process; 0: no label */
};

/* Counts since the beginning. */
struct decoder_counts {
	uint64_t samples;      /* handed out */
	uint64_t lost;         /* records that the kernel reports as lost */
	uint64_t lost_samples; /* those that the events' own counts report */
	uint64_t throttled;    /* times that the kernel stopped sampling for a while */
};

struct decoder {
	const struct arch *arch; /* of the machine that was recorded */
	struct perf_host host;
	struct binaries binaries;
	struct processes processes;
	struct unwinder unwinder;
	struct record_queue queue;
	struct decoder_counts counts;
	size_t most_chain; /* frames of a kernel chain: sysctl kernel.perf_event_max_stack */
	struct buf ended;  /* struct ended: processes to drop later */
	size_t keep_ended; /* that many are kept, if no host knows whether threads go on */
	struct deferred deferred;
	struct cgroups cgroups;
	struct kernel_codes kernel_codes;
	/*
	 * Are samples of this process wanted? Asked once, and again after exec() and a change
	 * of name. NULL = yes.
	 */
	bool (*wants)(void *context, struct process *);
	void (*on_sample)(void *context, const struct perf_sample *);
	/*
	 * Called after each record about threads of a wanted process: RECORD_SWITCH, RECORD_FORK,
	 * RECORD_EXIT, and RECORD_COMM of an exec(). May be NULL.
	 */
	void (*on_task)(void *context, const struct record *r);
	void *context;
	/* The sample being made. */
	uint64_t regs[ARCH_REGS];
	uint64_t kernel[DECODER_MOST_KERNEL];
	struct buf chain; /* uint64_t: return addresses that the kernel found */
	struct user_frame user[UNWIND_MOST];
};

/* Copies *host. The caller owns the context of its functions. */
void decoder_init(struct decoder *d, const struct arch *arch, const struct perf_host *host);
void decoder_release(struct decoder *d);

/*
 * Adds a copy of a record. attr is that of the event that wrote it, `event` the number of that
 * event in samples (perf_events.h finds both). Hands out nothing. h is aligned to 8 bytes, and
 * has all of its h->size bytes. False if the record is malformed.
 */
bool decoder_add(struct decoder *d, const struct perf_event_header *h,
		 const struct perf_event_attr *attr, size_t event);

/*
 * Handles all records older than `until`, in order of time; UINT64_MAX: all records. Older
 * records must not be added later.
 */
void decoder_run(struct decoder *d, uint64_t until);

/* The process with that pid; NULL if it is not wanted. */
struct process *decoder_process(struct decoder *d, uint32_t pid);

/*
 * Unwinds a waiting thread to s->user, nuser and end, which are valid until the next sample. s has
 * its process and tid; state has the known part of its registers and its stack.
 */
void decoder_unwind_waiting(struct decoder *d, const struct user_state *state,
			    struct perf_sample *s);

/* PERF_RECORD_FINISHED_ROUND: each CPU's buffer was read once since the one before. */
void decoder_end_round(struct decoder *d);

#endif
