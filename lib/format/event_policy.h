/*
 * What readers of perf's events agree on: which events are one sample type is type_of_event()
 * of profile/type.h, and here is what their values are and when a sum of them is to be noted.
 */
#ifndef FORMAT_EVENT_POLICY_H
#define FORMAT_EVENT_POLICY_H

#include "io/in.h"

/*
 * The unit of an event's values. The period of a clock, and of time off the CPU, is time;
 * other events are counted. has_period: samples say what they are worth.
 */
struct str event_unit(struct str event, bool has_period);

/*
 * "cycles:u" and "cycles" are of one type and overlap: their sum may not be what was asked
 * for, so a note says it. names: those of the n events that have samples, as perf prints
 * them.
 */
void event_note_overlap(struct in *in, const struct str *names, size_t n);

#endif
