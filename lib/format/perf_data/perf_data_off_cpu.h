/*
 * Samples of perf record --off-cpu, from Linux 6.16 on: what perf's BPF program has measured
 * is the raw data of an event "offcpu-time":
 *
 *	u32 pid, tid; u64 period (ns off the CPU); u64 n, chain[n]; u64 cgroup
 */
#ifndef FORMAT_PERF_DATA_PERF_DATA_OFF_CPU_H
#define FORMAT_PERF_DATA_PERF_DATA_OFF_CPU_H

#include <linux/perf_event.h>

#include "base/buf.h"

/* Is that such an event? Samples of older ones are like those of any other event. */
bool perf_data_is_off_cpu(struct str name, const struct perf_event_attr *a);

/* The attributes of what perf_data_off_cpu() makes. */
extern const struct perf_event_attr perf_data_off_cpu_attr;

/*
 * Write the sample that the raw data of h mean to *to, and return it; NULL if they are cut
 * short.
 */
const struct perf_event_header *perf_data_off_cpu(struct buf *to, const struct perf_event_header *h,
						  const struct perf_event_attr *a);

#endif
