/*
 * The part of a session that has the program for interpreters loaded (interpreters.h): as soon as one is
 * known to be among what is recorded, and not before.
 */
#ifndef RECORD_SESSION_INTERPRETERS_H
#define RECORD_SESSION_INTERPRETERS_H

#include "record/session.h"

/* Before the sampler is opened. */
void session_open_interpreters(struct session *s);

/* It is open, and the recorder set up; nothing is sampled yet. */
void session_expect_interpreters(struct session *s);

/* Records have been taken: was an interpreter among them? */
void session_look_for_interpreters(struct session *s);

/* May the first one appear any moment, so that records are to be taken soon? */
bool session_awaits_interpreter(const struct session *s, uint64_t now);

#endif
