/* The part of a session that records allocations (allocs.h). */
#ifndef RECORD_SESSION_ALLOCS_H
#define RECORD_SESSION_ALLOCS_H

#include "record/session.h"

/* The first is called first of all, the second after the recorder's set-up. */
void session_allocs_init(struct session *s);
void session_allocs_follow(struct session *s);

/*
 * Called before a command is started. Sets *launch to s->o->launch with the variables that it
 * needs added; *environment owns their list. False with the reason in *why.
 */
bool session_allocs_launch(struct session *s, struct launch *launch, struct buf *environment,
			   struct buf *why);

/*
 * Called when the events were enabled: records running processes from now on. Lists in *why those
 * that cannot be recorded, and returns false if none can be.
 */
bool session_allocs_begin(struct session *s, struct buf *why);

/* Stops sampling. */
void session_allocs_stop(struct session *s);

#endif
