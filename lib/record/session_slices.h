/*
 * The flight recorder: a session keeps slices of time instead of writing windows, and drops those
 * that are older than the time to keep.
 */
#ifndef RECORD_SESSION_SLICES_H
#define RECORD_SESSION_SLICES_H

#include "record/session.h"

/* Is the window long enough for a slice? */
bool session_slice_is_over(const struct session *s, uint64_t now);

/* Keeps the window that was cut as a slice, and drops the oldest slices. */
void session_keep_slice(struct session *s);

/* Symbolizes and writes all slices as one window. The slices stay. */
bool session_write_slices(struct session *s);

void session_release_slices(struct session *s);

#endif
