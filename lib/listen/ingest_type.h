/*
 * What Pyroscope's text formats count: a body of stacks and numbers does not say. Its
 * request does, by the last part of the application's name ("app.alloc_space"), by
 * `units`, and by `sampleRate` where samples of a clock were counted.
 */
#ifndef LISTEN_INGEST_TYPE_H
#define LISTEN_INGEST_TYPE_H

#include "profile/profile.h"

struct ingest_type {
	const char *word; /* in the name, or in `units` */
	const char *type, *unit, *period_type, *period_unit;
	bool is_clock; /* values are samples: each is 1 / sampleRate seconds */
};

/* What the last part of a name means; NULL if it is a part like any other. */
const struct ingest_type *ingest_type_of_name(struct str last_part);

/* What `units` means without such a part; NULL for a word that is not known. */
const struct ingest_type *ingest_type_of_units(struct str units);

/*
 * Turn the column of counts that the reader of stacks made into that type. rate: samples
 * a second, not 0.
 */
void ingest_type_apply(const struct ingest_type *type, struct profile *p, uint64_t rate);

#endif
