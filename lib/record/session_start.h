/* The beginning of a session. */
#ifndef RECORD_SESSION_START_H
#define RECORD_SESSION_START_H

#include "record/session.h"

/*
 * Finds the target, opens the events, starts the command, and waits for the delay. False with a
 * message in *why.
 */
bool session_start(struct session *s, struct buf *why);

#endif
