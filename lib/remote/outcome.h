/*
 * What the answer to a pushed profile means: is it kept, and is it worth sending again?
 */
#ifndef REMOTE_OUTCOME_H
#define REMOTE_OUTCOME_H

#include "http/http.h"

enum outcome {
	OUTCOME_SENT,      /* the server has it */
	OUTCOME_REFUSED,   /* this profile is refused for good (400, 413, 422 ...) */
	OUTCOME_FORBIDDEN, /* so is every one: who asks, or the address, is wrong (401, 404 ...) */
	OUTCOME_LATER,     /* the server is away or busy: try again (429, 502-504, no connection) */
	OUTCOME_BROKEN,    /* the server has an error of its own: try a few times (500 ...) */
	OUTCOME_UNKNOWN,   /* the server may have it or not: sending again may double it */
};

/* Does the server ask for a pause, or stand something before it that cannot reach it? */
bool outcome_is_busy(const struct http_answer *answer);

/* Append why, unless it is sent, in words for people. */
enum outcome outcome_of(const struct http_answer *answer, struct buf *why);

#endif
