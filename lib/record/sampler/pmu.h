/*
 * Parses events of the kernel's PMUs, in perf's syntax:
 *
 *	cpu/event=0x3c,umask=0x1/	the fields of an event's configuration
 *	cpu/mem-loads,ldlat=30/	an event that the PMU names, with another field
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
	uint64_t period; /* of period=, else 0 */
	struct str name; /* of name=, else empty; points into the text */
	struct buf cpus; /* a list of CPUs that count for their whole socket; empty: any CPU */
};

/* Has the text the syntax of such an event: "r1a8", or two slashes? */
bool pmu_is_event(struct str text);

/*
 * Parses an event without modifiers, by the descriptions below `devices`, which is PMU_DEVICES
 * except in tests. False with a message in *why. The caller releases *e in both cases.
 */
bool pmu_parse(const char *devices, struct str text, struct pmu_event *e, struct buf *why);
void pmu_event_release(struct pmu_event *e);

#endif
