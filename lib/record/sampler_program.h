/*
 * A program for the kernel that runs at each sample, before it is written, and may write records
 * of its own into the same ring: as those of one more event, whose number is the last.
 */
#ifndef RECORD_SAMPLER_PROGRAM_H
#define RECORD_SAMPLER_PROGRAM_H

#include "record/sampler.h"

/* Have an event run s->o->program. */
void sampler_program_attach(const struct sampler *s, int event);

/* The attributes of the event that its records are of: raw data. */
struct perf_event_attr sampler_program_attr(const struct sampler *s);

/* Open that event on each CPU, once the rings are there. False where that is not allowed. */
bool sampler_program_open_output(struct sampler *s);

/*
 * The sampler is open, and has just been given s->o->program: have its events run that from now
 * on. Those that tasks have inherited do not.
 */
void sampler_program_begin(struct sampler *s);

/* What a record of it carries; empty if it is another event's. */
struct str sampler_program_record(const struct perf_event_header *h);

#endif
