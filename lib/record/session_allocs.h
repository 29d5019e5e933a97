/* The part of a session that records what programs allocate (allocs.h). */
#ifndef RECORD_SESSION_ALLOCS_H
#define RECORD_SESSION_ALLOCS_H

#include "record/session.h"

/* First of all; and after the recorder's set-up. */
void session_allocs_init(struct session *s);
void session_allocs_follow(struct session *s);

/*
 * Before a command is started: *launch is s->o->launch with what it needs in its environment.
 * False with the reason in *why. The list that it points to is in *environment.
 */
bool session_allocs_launch(struct session *s, struct launch *launch, struct buf *environment,
			   struct buf *why);

/*
 * The events have been enabled. Processes that run are recorded from now on; those that cannot
 * be are named in *why, and if none can be, that is false.
 */
bool session_allocs_begin(struct session *s, struct buf *why);

/* Nothing is to be sampled any more. */
void session_allocs_stop(struct session *s);

#endif
