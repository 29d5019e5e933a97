/*
 * The records of perf_event_open(2), taken apart. The layout of samples follows
 * from what was asked for, SAMPLE_FIELDS, and is the same for all events.
 */
#ifndef RECORD_RECORDS_H
#define RECORD_RECORDS_H

#include <linux/perf_event.h>

#include "base/str.h"

#define SAMPLE_FIELDS                                                                              \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |            \
	 PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD | PERF_SAMPLE_CALLCHAIN | PERF_SAMPLE_REGS_USER |    \
	 PERF_SAMPLE_STACK_USER)

/* Those of them that stand behind records that are no samples, too. */
#define TRAILER_FIELDS                                                                             \
	(PERF_SAMPLE_IDENTIFIER | PERF_SAMPLE_TID | PERF_SAMPLE_TIME | PERF_SAMPLE_CPU)

enum record_kind {
	RECORD_OTHER, /* of no interest */
	RECORD_SAMPLE,
	RECORD_MAP,
	RECORD_COMM,
	RECORD_FORK,
	RECORD_EXIT,
	RECORD_NAMESPACES,
	RECORD_LOST,
	RECORD_THROTTLE,
};

/* Pointers go into the record that was taken apart. */
struct record {
	enum record_kind kind;
	uint64_t time;             /* ns, CLOCK_MONOTONIC */
	uint32_t pid, tid, parent; /* parent: of a fork */
	union {
		struct {
			uint64_t id; /* of the event */
			uint32_t cpu;
			uint64_t period;
			const uint64_t *chain; /* addresses and PERF_CONTEXT_* marks */
			size_t nchain;
			const uint64_t *regs; /* NULL for a thread without user registers */
			const uint8_t *stack;
			size_t nstack; /* bytes of it that are valid */
		} sample;
		struct {
			uint64_t start, length, offset, inode;
			uint32_t major, minor;
			bool executable;
			struct str path;
		} map;
		struct {
			bool exec;
			struct str name;
		} comm;
		uint64_t mount_ns;
		uint64_t lost;
	};
};

/*
 * Take a record apart. nregs is how many registers a sample has; with 0 it has
 * neither those nor a piece of stack. A record that is shorter than it should be
 * is RECORD_OTHER.
 */
void record_parse(const struct perf_event_header *h, unsigned nregs, struct record *r);

#endif
