/*
 * Opening an event with what this kernel and our rights let us have.
 */
#ifndef RECORD_OPEN_EVENT_H
#define RECORD_OPEN_EVENT_H

#include <linux/perf_event.h>
#include <stdint.h>

/* What can be done without, the newest first. */
enum {
	WITHOUT_LOST = 1,           /* how many samples were lost; since Linux 6.0 */
	WITHOUT_INHERIT_THREAD = 2, /* events for threads, and not for children; since 5.13 */
	WITHOUT_NAMESPACES = 4,     /* in which mount namespace a process is; since 4.12 */
	WITHOUT_BUILD_ID = 8,       /* build ids in records of mappings; since 5.12 */
	WITHOUT_CGROUP = 16,        /* control groups of samples, and their names; since 5.7 */
	WITHOUT_DEFERRED = 128,     /* user call chains at the return to the program; since 6.19 */
	WITHOUT_PRECISE = 32,       /* one level of precise_ip; two of it; all three */
	WITHOUT_PRECISE_ALL = 3 * WITHOUT_PRECISE,
};

/*
 * Bits of the word of flags in struct perf_event_attr, which older headers do not have: let the
 * kernel walk the program's part of call chains when it returns to the program, where it may
 * wait for pages, and once for several samples; and have the records with them.
 */
#define DEFER_CALLCHAIN (UINT64_C(1) << 38)
#define DEFER_OUTPUT    (UINT64_C(1) << 39)
uint64_t event_flags(const struct perf_event_attr *a);
void event_set_flags(struct perf_event_attr *a, uint64_t flags);

/* The system call: a descriptor, or -1 and errno. */
typedef int event_opener(void *context, const struct perf_event_attr *a);

/*
 * Open an event. What *without names is left out, and what this kernel turns out not to have
 * is added to it: the one thing that it lacks, else the newest, and so on, so that an old
 * kernel keeps all that it has.
 */
int open_event(const struct perf_event_attr *wanted, unsigned *without, event_opener *opener,
	       void *context);

#endif
