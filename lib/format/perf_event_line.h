/*
 * The line with which perf script begins a sample:
 *
 *	java 24636/25607 [000] 4794564.109216:     250000 cycles:u: REST
 *
 * that is command, thread (or process/thread), then whatever of [CPU], time,
 * period and event name was asked for. Commands may contain blanks, brackets and
 * digits, so the line is anchored at the time or the CPU.
 */
#ifndef FORMAT_PERF_EVENT_LINE_H
#define FORMAT_PERF_EVENT_LINE_H

#include "base/str.h"

/* Slices point into the line. */
struct perf_event {
	struct str comm;
	struct str name;  /* "cycles:u"; empty if it was not printed */
	struct str rest;  /* what follows the name */
	int64_t pid, tid; /* pid is -1 if it was not printed */
	int64_t cpu;      /* likewise */
	uint64_t time;    /* in ns */
	uint64_t period;
	bool has_time, has_period;
};

/* Take a line apart. False when it is none; *e is undefined then. */
bool perf_event_line(struct str line, struct perf_event *e);

#endif
