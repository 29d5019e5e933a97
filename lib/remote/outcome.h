/* What the answer to a pushed profile means: was it kept, and should it be sent again? */
#ifndef REMOTE_OUTCOME_H
#define REMOTE_OUTCOME_H

#include "http/http.h"

enum outcome {
	OUTCOME_SENT,      /* the server has it */
	OUTCOME_REFUSED,   /* this profile is permanently refused (400, 413, 422 ...) */
	OUTCOME_FORBIDDEN, /* every profile is: wrong credentials or address (401, 404 ...) */
	OUTCOME_LATER,     /* the server is away or busy: try again (429, 502-504, no connection) */
	OUTCOME_BROKEN,    /* the server itself has an error: try a few times (500 ...) */
	OUTCOME_UNKNOWN,   /* the server may have received it: sending again may double it */
};

/* Does the server ask for a pause, or a proxy report that it cannot reach the server? */
bool outcome_is_busy(const struct http_answer *answer);

/*
 * type: the Content-Type of the request, which an answer of success has, too. Appends for the user
 * why it was not sent; or, if it was, what the server warns of.
 */
enum outcome outcome_of(const struct http_answer *answer, const char *type, struct buf *why);

#endif
