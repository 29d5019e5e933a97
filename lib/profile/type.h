/*
 * Names of profile types, after Grafana Pyroscope:
 * NAME:SAMPLE_TYPE:SAMPLE_UNIT:PERIOD_TYPE:PERIOD_UNIT, for instance
 * process_cpu:cpu:nanoseconds:cpu:nanoseconds. Any part may be empty.
 */
#ifndef PROFILE_TYPE_H
#define PROFILE_TYPE_H

#include "profile/profile.h"

/* Append the profile type id of a sample type and a period type. */
void type_id_of(struct str type, struct str unit, struct str period_type, struct str period_unit,
		struct buf *id);

/* Append the profile type id of a column. */
void type_id(const struct profile *p, uint32_t col, struct buf *id);

/*
 * For a profile whose types have one name in their ids: its period becomes that of the ids, as
 * it may not be in a recording of Java that was divided.
 */
void type_own_period(struct profile *p);

/*
 * Does the id that a user asks for match that of a type? Equal ids match, and "block"
 * matches "mutex": a profile of contentions does not say which of the two it is.
 */
bool type_ids_agree(struct str asked, struct str id);

/* The same for the id of a column's type. */
bool type_has_id(const struct profile *p, uint32_t col, struct str id);

/*
 * The sample type of a perf event: its name without what does not change the question.
 * That is the kind of core that counted it (cpu_core/cycles/, armv8_cortex_a53/cycles/)
 * and modifiers (cycles:ppp, cycles:P, cycles:u); sums of those are what was asked for.
 * A part of `event`.
 */
struct str type_of_event(struct str event);

/*
 * The column that `name` means: a sample type's name, the name of an event that is of
 * that type, its index from 0, or a profile type id. False when there is none.
 */
bool type_find(const struct profile *p, struct str name, uint32_t *col);

#endif
