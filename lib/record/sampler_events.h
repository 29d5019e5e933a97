/*
 * Opening the events of a sampler, for whatever its target is, and the rings into which they
 * write. What may be tried, and what to do without, the sampler decides.
 */
#ifndef RECORD_SAMPLER_EVENTS_H
#define RECORD_SAMPLER_EVENTS_H

#include "record/sampler.h"

/*
 * Open all of them on these CPUs, as s->by_cpu and s->user_only say, with rings of one size:
 * the largest that locked memory allows. What was open is closed. False with a message in *why
 * and errno in s->error.
 */
bool sampler_open_events(struct sampler *s, const int *cpus, struct buf *why);
void sampler_close_events(struct sampler *s);

/* Is there an event that is sampled by frequency? One of switches? */
bool sampler_has_frequency(const struct sampler *s);
bool sampler_has_switches(const struct sampler *s);

#endif
