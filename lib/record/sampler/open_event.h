/*
 * Opens an event with the features that the kernel and the user's rights allow.
 */
#ifndef RECORD_OPEN_EVENT_H
#define RECORD_OPEN_EVENT_H

#include <linux/perf_event.h>
#include <stdint.h>

/* Optional features, the newest first. */
enum {
	WITHOUT_LOST = 1,           /* counts of lost samples; since Linux 6.0 */
	WITHOUT_INHERIT_THREAD = 2, /* threads inherit events, children do not; since 5.13 */
	WITHOUT_NAMESPACES = 4,     /* the mount namespace of a process; since 4.12 */
	WITHOUT_BUILD_ID = 8,       /* build ids in records of mappings; since 5.12 */
	WITHOUT_CGROUP = 16,        /* control groups of samples, and their names; since 5.7 */
	WITHOUT_KSYMBOL = 256,      /* names of code that the kernel makes; since 5.1 */
	WITHOUT_DEFERRED = 128,     /* user call chains at the return to the program; since 6.19 */
	WITHOUT_PRECISE = 32,       /* one level of precise_ip; 2 and 3 times that are more */
	WITHOUT_PRECISE_ALL = 3 * WITHOUT_PRECISE,
};

/*
 * Flags of struct perf_event_attr that older headers lack: defer the user part of call chains
 * until the return to the program, where the kernel may wait for pages and serves several samples
 * at once; and write the records with those chains.
 */
#define DEFER_CALLCHAIN (UINT64_C(1) << 38)
#define DEFER_OUTPUT    (UINT64_C(1) << 39)
uint64_t event_flags(const struct perf_event_attr *a);
void event_set_flags(struct perf_event_attr *a, uint64_t flags);

/* The system call: a descriptor, or -1 and errno. */
typedef int event_opener(void *context, const struct perf_event_attr *a);

/*
 * Opens an event without the features in *without, and adds to that the features that this
 * kernel lacks. It tries to leave out one feature, else the newest, and so on, so that an old
 * kernel keeps all the features that it has.
 */
int open_event(const struct perf_event_attr *wanted, unsigned *without, event_opener *opener,
	       void *context);

#endif
