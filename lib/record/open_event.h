/*
 * Opening an event with what this kernel and our rights let us have.
 */
#ifndef RECORD_OPEN_EVENT_H
#define RECORD_OPEN_EVENT_H

#include <linux/perf_event.h>

/* What can be done without, the newest first. */
enum {
	WITHOUT_LOST = 1,           /* how many samples were lost; since Linux 6.0 */
	WITHOUT_INHERIT_THREAD = 2, /* events for threads, and not for children; since 5.13 */
	WITHOUT_NAMESPACES = 4,     /* in which mount namespace a process is; since 4.12 */
	WITHOUT_BUILD_ID = 8,       /* build ids in records of mappings; since 5.12 */
	WITHOUT_CGROUP = 16,        /* control groups of samples, and their names; since 5.7 */
	WITHOUT_PRECISE = 32,       /* one level of precise_ip; two of it; all three */
	WITHOUT_PRECISE_ALL = 3 * WITHOUT_PRECISE,
};

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
