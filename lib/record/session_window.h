/* The windows of a session: each has a profile and figures of its own. */
#ifndef RECORD_SESSION_WINDOW_H
#define RECORD_SESSION_WINDOW_H

#include "record/session.h"

/* Called after the recorder's set-up, before the first window; and after the last window. */
void session_windows_init(struct session *s);
void session_windows_release(struct session *s);

/* Begins the first window. */
void session_begin(struct session *s);

/*
 * Ends the window at `time`, which is now. One snapshot of all figures ends it and begins the
 * next. Earlier records are handled, later ones wait for the next window, so each belongs to one
 * window, however long writing takes.
 */
void session_cut(struct session *s, uint64_t time);

/* The same at the end, after sampling has stopped. */
void session_cut_last(struct session *s);

/* Begins a window at the last cut. */
void session_begin_window(struct session *s);

/* Symbolizes and writes the window that was cut. Returns the result of on_window(). */
bool session_end_window(struct session *s);

/* Completes the window's profile, except for names. */
void session_close_profile(struct session *s);

/* Calls publish() at normal priority, while a thread empties the rings. */
bool session_publish(struct session *s, bool (*publish)(struct session *s));

/* Stops or resumes sampling. A window does not count the time of a pause. */
void session_pause(struct session *s, bool pause);

/* Drops the window. */
void session_drop_window(struct session *s);

/* Updates the figures in s->window. */
void session_measure_window(struct session *s);

/* What was lost since the session began. Neither count ever falls. */
struct sampler_losses session_lost(struct session *s);

/* Raises the priority for recording, or restores it. */
void session_raise_priority(const struct session *s, bool raised);

#endif
