/*
 * USDT probes of allocations, for other tools: the provider is otel_memory, as OpenTelemetry's
 * profiler has it ("memory profiling", its design document 3).
 *
 *	otel_memory:alloc(pointer, size, weighted bytes)   an allocation that is sampled
 *	otel_memory:free(pointer)                          one of those is given back
 *
 * Allocations are sampled as countdown.h says; the weighted bytes of one are S / (1 - exp(-S/R)),
 * so their sum is what was allocated, and a sample stands for weight / size allocations. A
 * tool finds the probes in the library's notes (.note.stapsdt, as systemtap defines it:
 * sourceware.org/systemtap/wiki/UserSpaceProbeImplementation), and the kernel counts in the
 * semaphore how many tools want them. While nobody does, a probe is one nop that is not reached.
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

/* Does nothing unless somebody wants it. */
void probe_free(const void *p);

#endif
