/*
 * Makes the attributes of perf_event_open(2) for a sampler.
 */
#ifndef RECORD_SAMPLER_ATTR_H
#define RECORD_SAMPLER_ATTR_H

#include <linux/perf_event.h>

#include "record/sampler/sampler.h"

/* For an event that is sampled. */
struct perf_event_attr sampler_event_attr(const struct sampler *s, const struct event *e);

/* For records about processes and their mappings: an event that never occurs. */
struct perf_event_attr sampler_sideband_attr(const struct sampler *s);

#endif
