/* The part of a session that records where threads wait (off_cpu.h). */
#ifndef RECORD_SESSION_WAITS_H
#define RECORD_SESSION_WAITS_H

#include "record/session.h"

/* Is event_of_waits() among the events? */
bool session_has_waits(const struct session *s);

/* Called after the recorder's set-up. */
void session_waits_init(struct session *s);

/* Called when the events were enabled: at `time` or, for a command without a delay, before it. */
void session_begin_waits(struct session *s, uint64_t time);

/* Lists the target's existing threads, after the first window has begun. */
void session_list_waits(struct session *s);

/* Reads the stacks of threads that have waited for long without one. */
void session_look_at_waits(struct session *s);

/* Takes the records until now, and adapts the number of switches per sample to their rate. */
void session_adapt_waits(struct session *s);

/* Adds a sample of CPU time, which shows that its thread was running. */
void session_add_run(struct session *s, const struct perf_sample *sample, uint64_t worth);

#endif
