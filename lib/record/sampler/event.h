/*
 * The events that can be sampled, by name, and what a sample of each stands for.
 */
#ifndef RECORD_EVENT_H
#define RECORD_EVENT_H

#include "base/buf.h"
#include "perf/gather.h"

struct event {
	struct str name; /* as the user wrote it; owned by the caller */
	uint32_t type;   /* of perf_event_open(2) */
	uint64_t config, config1, config2;
	const char *sample_type, *unit; /* "cpu", "nanoseconds" */
	const char *count_type;         /* an extra sample type for their number, or NULL */
	bool is_cpu;                    /* time on the CPU, by the hardware's or kernel's clock */
	bool is_clock;                  /* periods are nanoseconds */
	uint64_t every;                 /* occurrences per sample; 0: by frequency */
	bool no_user, no_kernel;        /* exclude user or kernel code: modifiers k, u */
	/*
	 * The precision of a sample's address, 0 to 3 (precise_ip in perf_event_open(2)), as far
	 * as the CPU supports it. If a modifier asked for it, a lower precision is reported.
	 */
	unsigned precise;
	bool asked_precise;
	const char *cpus;   /* a list of the CPUs that count it; NULL: all do */
	bool is_switch;     /* context switches, with their records */
	bool is_alloc;      /* allocations, which libprof-alloc.so samples */
	const char *source; /* what counts it, in words */
};

/*
 * Cuts the next event off a list; *list becomes what follows the comma (p = NULL: nothing).
 * Commas between slashes do not separate events.
 */
struct str event_cut(struct str *list);

/*
 * Finds an event: "cpu", a name of the table, a tracepoint "system:event", or an event of a PMU
 * (pmu.h). Modifiers follow a colon or the last slash: "u" or "k" counts only in user code or in
 * the kernel, "p" to "ppp" and "P" ask for exact addresses. "cpu" is the hardware's cycle
 * counter if there is one, else the kernel's clock, which "cpu-clock" always is. Software events come in bursts, to which a
 * frequency cannot adapt, so each occurrence is a sample. False with a message in *why.
 */
bool event_find(struct str name, struct event *event, struct buf *why);

/* The precise_ip to ask for. Software events accept any, without effect. */
unsigned event_precise(const struct event *event);

/*
 * The event of context switches (off_cpu.h). Each switch is a sample, up to a number a second,
 * and has two records: one of the thread that leaves the CPU, one of the thread that gets it.
 */
struct event event_of_waits(void);

/*
 * The event of allocations (allocs.h): a sample every `period` bytes, on average. It is not an
 * event of the kernel.
 */
struct event event_of_allocs(uint64_t period);

/* Sets the occurrences per sample; for "cpu", in ns of the kernel's clock. */
void event_set_period(struct event *event, uint64_t period);

/*
 * Makes a list of struct gather_event, with what a sample of each event stands for: its period;
 * or, for cycles, which show CPU time, the time between samples at `frequency` (0: not known).
 */
void events_worth(const struct event *e, size_t n, uint64_t frequency, struct buf *list);

/* The i-th name of the table, or NULL after the last. */
const char *event_name(size_t i);

#endif
