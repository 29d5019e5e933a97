/*
 * Rules that the readers of perf's events share: the units of values, and when a sum of events
 * needs a note. type_of_event() of profile/type.h says which events are one sample type.
 */
#ifndef FORMAT_EVENT_POLICY_H
#define FORMAT_EVENT_POLICY_H

#include "io/in.h"

/*
 * The unit of an event's values. The period of a clock, and of time off the CPU, is time;
 * other events are counted. has_period: samples have their periods.
 */
struct str event_unit(struct str event, bool has_period);

/*
 * Add a note if events of one type overlap, such as "cycles:u" and "cycles", since their sum
 * may not be what the user wants. names: of the n events that have samples, as perf prints
 * them.
 */
void event_note_overlap(struct in *in, const struct str *names, size_t n);

#endif
