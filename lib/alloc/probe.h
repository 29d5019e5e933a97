/*
 * USDT probes of allocations, for other tools. The provider is otel_memory, as in
 * OpenTelemetry's profiler ("memory profiling", its design document 3).
 *
 *	otel_memory:alloc(pointer, size, weighted bytes)   a sampled allocation
 *	otel_memory:free(pointer)                          the free of a sampled allocation
 *
 * countdown.h defines which allocations are sampled. A sample's weighted bytes are
 * S / (1 - exp(-S/R)): their sum estimates the bytes allocated, and a sample stands for
 * weight / size allocations. Tools find the probes in the library's notes (.note.stapsdt:
 * sourceware.org/systemtap/wiki/UserSpaceProbeImplementation). The kernel counts the attached
 * tools in a semaphore; while it is 0, a probe is a nop that is not reached.
 */
#ifndef ALLOC_PROBE_H
#define ALLOC_PROBE_H

#include <stdbool.h>
#include <stdint.h>

extern volatile uint16_t probe_alloc_semaphore, probe_free_semaphore;

static inline bool probe_alloc_is_wanted(void)
{
	return probe_alloc_semaphore;
}

void probe_alloc(const void *p, uint64_t size, uint64_t weight);

/* Does nothing unless a tool is attached. */
void probe_free(const void *p);

#endif
