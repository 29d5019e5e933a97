/*
 * Events by the description that the kernel has of its counters (PMUs), written as perf does:
 *
 *	cpu/event=0x3c,umask=0x1/	the fields of an event's configuration
 *	cpu/mem-loads,ldlat=30/	an event that has a name there, with another field
 *	r1a8			the bits of a raw event of the CPU, in hexadecimal
 *
 * Source: Documentation/ABI/testing/sysfs-bus-event_source-devices-{format,events} of Linux.
 */
#ifndef RECORD_PMU_H
#define RECORD_PMU_H

#include "base/buf.h"

#define PMU_DEVICES "/sys/bus/event_source/devices"

struct pmu_event {
	uint32_t type; /* of perf_event_open(2) */
	uint64_t config[3];
	uint64_t period; /* occurrences to a sample, if that was asked for; else 0 */
	struct str name; /* by name=, else empty; in the text */
	struct buf cpus; /* a list: one CPU counts for a socket, and only the whole; empty: any */
};

/* Is the text written as such an event: "r1a8", or with two slashes? */
bool pmu_is_event(struct str text);

/*
 * What the text means (without a modifier), as the files below `devices` describe it, which
 * is PMU_DEVICES but in tests. False with a message in *why. *e is released by the caller in
 * both cases.
 */
bool pmu_parse(const char *devices, struct str text, struct pmu_event *e, struct buf *why);
void pmu_event_release(struct pmu_event *e);

#endif
