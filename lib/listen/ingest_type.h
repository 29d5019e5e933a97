/*
 * What Pyroscope's text formats count. The body has only stacks and numbers; the request says
 * what they are, by the last part of the application's name ("app.alloc_space"), by `units`,
 * and by `sampleRate` for samples of a clock.
 */
#ifndef LISTEN_INGEST_TYPE_H
#define LISTEN_INGEST_TYPE_H

#include "profile/profile.h"

struct ingest_type {
	const char *word; /* in the application's name, or in `units` */
	const char *type, *unit, *period_type, *period_unit;
	bool is_clock; /* values count samples of 1 / sampleRate seconds each */
};

/* The type that the last part of a name stands for; NULL if it is an ordinary part. */
const struct ingest_type *ingest_type_of_name(struct str last_part);

/* The type that `units` stands for if the name has no such part; NULL for an unknown word. */
const struct ingest_type *ingest_type_of_units(struct str units);

/*
 * Give the column of counts, as the reader of stacks made it, this type. rate: samples a
 * second, not 0.
 */
void ingest_type_apply(const struct ingest_type *type, struct profile *p, uint64_t rate);

#endif
