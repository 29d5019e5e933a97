/*
 * A BPF program that runs at each sample, before the kernel writes it, and may write records into
 * the same ring. They are records of an extra event, which has the last number.
 */
#ifndef RECORD_SAMPLER_PROGRAM_H
#define RECORD_SAMPLER_PROGRAM_H

#include "record/sampler/sampler.h"

/* Makes an event run s->o->program. */
void sampler_program_attach(const struct sampler *s, int event);

/* The attributes of the event of the program's records: raw data. */
struct perf_event_attr sampler_program_attr(const struct sampler *s);

/* Opens that event on each CPU, after the rings. False if that is not allowed. */
bool sampler_program_open_output(struct sampler *s);

/*
 * Makes the events of an open sampler run s->o->program, which was just set. Events that tasks
 * have inherited do not run it.
 */
void sampler_program_begin(struct sampler *s);

/* The data of a record of the program; empty for a record of another event. */
struct str sampler_program_record(const struct perf_event_header *h);

#endif
