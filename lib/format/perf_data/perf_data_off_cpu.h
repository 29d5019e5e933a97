/*
 * Samples of perf record --off-cpu, since Linux 6.16: the measurements of perf's BPF program
 * are the raw data of an event "offcpu-time":
 *
 *	u32 pid, tid; u64 period (ns off the CPU); u64 n, chain[n]; u64 cgroup
 */
#ifndef FORMAT_PERF_DATA_PERF_DATA_OFF_CPU_H
#define FORMAT_PERF_DATA_PERF_DATA_OFF_CPU_H

#include <linux/perf_event.h>

#include "base/buf.h"

/* Is it such an event? Samples of older versions are like those of any other event. */
bool perf_data_is_off_cpu(struct str name, const struct perf_event_attr *a);

/* The attributes of the samples that perf_data_off_cpu() makes. */
extern const struct perf_event_attr perf_data_off_cpu_attr;

/*
 * Make a sample in *to from the raw data of h, and return it; NULL if the data are cut
 * short.
 */
const struct perf_event_header *perf_data_off_cpu(struct buf *to, const struct perf_event_header *h,
						  const struct perf_event_attr *a);

#endif
