/*
 * The part of a session that opens the events again, with other options, when the recording shows
 * that they do not suffice.
 */
#ifndef RECORD_SESSION_ADAPT_H
#define RECORD_SESSION_ADAPT_H

#include "record/session.h"

/* Called once a second: adapts to CPUs that came or went, or the rings to losses. */
void session_adapt(struct session *s);

/* Copies more of the stack if many stacks are truncated. */
void session_adapt_stack(struct session *s);

#endif
