/* The windows of a session: each has a profile and figures of its own. */
#ifndef RECORD_SESSION_WINDOW_H
#define RECORD_SESSION_WINDOW_H

#include "record/session.h"

/* After the recorder's set-up, before the first window; after the last. */
void session_windows_init(struct session *s);
void session_windows_release(struct session *s);

/* The first window begins now. */
void session_begin(struct session *s);

/*
 * End the window at that time, which is now: one snapshot of all figures ends it and begins
 * the next one. What happened before is handled, what happened later waits for the next
 * window, so that each thing belongs to one of them, however long writing takes.
 */
void session_cut(struct session *s, uint64_t time);

/* The same at the end, when nothing is sampled any more. */
void session_cut_last(struct session *s);

/* A window from the last cut on. */
void session_begin_window(struct session *s);

/* Name and write the window that was cut; returns what on_window() does. */
bool session_end_window(struct session *s);

/* Its profile is complete but for names. */
void session_close_profile(struct session *s);

/* Let others run, and the rings be emptied, while publish() names and writes. */
bool session_publish(struct session *s, bool (*publish)(struct session *s));

/* Take no samples, or take them again: neither they nor CPU time are missing then. */
void session_pause(struct session *s, bool pause);

/* Give it up. */
void session_drop_window(struct session *s);

/* Bring s->window up to date. */
void session_measure_window(struct session *s);

/* Samples that were lost since the session began. */
uint64_t session_lost(struct session *s);

/* Run before other programs, while it records, or as before. */
void session_raise_priority(const struct session *s, bool raised);

#endif
