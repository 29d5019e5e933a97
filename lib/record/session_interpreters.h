/*
 * The part of a session that loads the BPF program for interpreters (interpreters.h), as soon as
 * an interpreter is known among the recorded processes.
 */
#ifndef RECORD_SESSION_INTERPRETERS_H
#define RECORD_SESSION_INTERPRETERS_H

#include "record/session.h"

/* Called before the sampler is opened. */
void session_open_interpreters(struct session *s);

/* Called after the sampler was opened and the recorder set up, before the first sample. */
void session_expect_interpreters(struct session *s);

/* Called when records were taken: loads the program if they show an interpreter. */
void session_look_for_interpreters(struct session *s);

/* May the first interpreter, or Python's asyncio, appear soon, so that records must be taken often? */
bool session_awaits_interpreter(const struct session *s, uint64_t now);

#endif
