/*
 * Opens the events of a sampler, for any target, and the rings into which they write. The sampler
 * decides what to try, and what to leave out.
 */
#ifndef RECORD_SAMPLER_EVENTS_H
#define RECORD_SAMPLER_EVENTS_H

#include "record/sampler/sampler.h"

/*
 * Opens all events on these CPUs, by s->by_cpu and s->user_only, with rings of one size: the
 * largest that the limit of locked memory allows. Closes events that were open. False with a
 * message in *why and errno in s->error.
 */
bool sampler_open_events(struct sampler *s, const int *cpus, struct buf *why);
void sampler_close_events(struct sampler *s);

/* Is any event sampled by frequency? Is one of switches? */
bool sampler_has_frequency(const struct sampler *s);
bool sampler_has_switches(const struct sampler *s);

/* Does any event have a period instead of a frequency, so that its samples come in bursts? */
bool sampler_has_bursts(const struct sampler *s);

#endif
