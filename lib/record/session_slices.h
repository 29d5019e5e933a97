/*
 * The flight recorder: instead of windows that are written, a session keeps slices of time, and
 * gives up those that are older than what is asked for.
 */
#ifndef RECORD_SESSION_SLICES_H
#define RECORD_SESSION_SLICES_H

#include "record/session.h"

/* Is the window long enough for a slice? */
bool session_slice_is_over(const struct session *s, uint64_t now);

/* The window was cut: keep it as a slice, and give up the oldest ones. */
void session_keep_slice(struct session *s);

/* All slices together are a window: name and write it. They stay. */
bool session_write_slices(struct session *s);

void session_release_slices(struct session *s);

#endif
