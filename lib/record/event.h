/*
 * What can be sampled: events by the names that users know, and what a sample of
 * each is worth.
 */
#ifndef RECORD_EVENT_H
#define RECORD_EVENT_H

#include "base/buf.h"
#include "perf/gather.h"

struct event {
	struct str name; /* as it was asked for; the caller's */
	uint32_t type;   /* of perf_event_open(2) */
	uint64_t config, config1, config2;
	const char *sample_type, *unit; /* "cpu", "nanoseconds" */
	const char *count_type;         /* a sample type of its own for their number, or NULL */
	bool is_cpu;                    /* time on the CPU, by whatever clock there is */
	bool is_clock;                  /* periods are nanoseconds */
	uint64_t every;                 /* so many occurrences are a sample; 0: by frequency */
	bool no_user, no_kernel;        /* only what happens elsewhere: modifiers k, u */
	/*
	 * How exactly the address of a sample is that of its occurrence, 0 to 3 (precise_ip in
	 * perf_event_open(2)), or what the CPU has of it; asked: by a modifier, so that what it
	 * has not is to be said.
	 */
	unsigned precise;
	bool asked_precise;
	const char *cpus;   /* the only ones that count it, a list; NULL: any */
	bool is_switch;     /* a stack where a thread leaves its CPU, and records */
	bool is_alloc;      /* allocations, which libprof-alloc.so samples */
	const char *source; /* what it is counted by, for people */
};

/*
 * The next event of a list; *list becomes what follows its comma (p = NULL: nothing). Commas
 * between slashes are the event's own.
 */
struct str event_cut(struct str *list);

/*
 * The event of that name: "cpu", one of the table's, a tracepoint "system:event", or an event
 * of a PMU (pmu.h); after a colon (or the last slash) modifiers: "u" or "k" for only what
 * happens in user code or in the kernel, "p" to "ppp" and "P" for exact addresses. "cpu" is the hardware's cycle counter if there is one, else the kernel's clock.
 * What the kernel itself counts comes in bursts, to which a frequency does not adapt:
 * each occurrence is a sample. False with a message in *why.
 */
bool event_find(struct str name, struct event *event, struct buf *why);

/* The precise_ip to ask the kernel for: it takes any for what it counts itself, to no effect. */
unsigned event_precise(const struct event *event);

/*
 * Where threads leave their CPUs (off_cpu.h): each context switch is a sample, up to a number
 * of samples a second, and has two records: of the thread that goes and of the one that comes.
 */
struct event event_of_waits(void);

/*
 * What programs allocate (allocs.h): a sample every so many bytes, on average. It is no event
 * of the kernel.
 */
struct event event_of_allocs(uint64_t period);

/*
 * Let every so many occurrences be a sample: of "cpu", nanoseconds of the kernel's clock.
 */
void event_set_period(struct event *event, uint64_t period);

/*
 * What samples of these n events are worth in a profile, as a list of struct gather_event:
 * their period; or for cycles, which show CPU time, the time between two samples at that
 * frequency (0: not known).
 */
void events_worth(const struct event *e, size_t n, uint64_t frequency, struct buf *list);

/* The i-th name of the table, or NULL after the last. */
const char *event_name(size_t i);

#endif
