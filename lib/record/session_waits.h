/* The part of a session that records where threads wait (off_cpu.h). */
#ifndef RECORD_SESSION_WAITS_H
#define RECORD_SESSION_WAITS_H

#include "record/session.h"

/* Does an event ask for it? */
bool session_has_waits(const struct session *s);

/* After the recorder's set-up. */
void session_waits_init(struct session *s);

/* The events have been enabled, at that time or, of a command that runs at once, before it. */
void session_begin_waits(struct session *s, uint64_t time);

/* After the first window has begun: which threads of the target are there already? */
void session_list_waits(struct session *s);

/* Look at the threads that have been waiting for long without a stack. */
void session_look_at_waits(struct session *s);

/* Sample fewer of the switches when there are many, and more again when there are few. */
void session_adapt_waits(struct session *s, uint64_t now);

/* A sample of CPU time: its thread was running. */
void session_add_run(struct session *s, const struct perf_sample *sample, uint64_t worth);

#endif
