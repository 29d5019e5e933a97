/* The windows of a session: each has a profile and figures of its own. */
#ifndef RECORD_SESSION_WINDOW_H
#define RECORD_SESSION_WINDOW_H

#include "record/session.h"

/* After the recorder's set-up, before the first window; after the last. */
void session_windows_init(struct session *s);
void session_windows_release(struct session *s);

void session_begin_window(struct session *s);

/* Name and write the window; returns what on_window() does. */
bool session_end_window(struct session *s);

/* Give it up. */
void session_drop_window(struct session *s);

/* Bring s->window up to date. */
void session_measure_window(struct session *s);

/* Samples that were lost since the session began. */
uint64_t session_lost(struct session *s);

/* Run before other programs, while it records, or as before. */
void session_raise_priority(const struct session *s, bool raised);

#endif
