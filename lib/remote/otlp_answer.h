/*
 * The answer of success to an export of OTLP: the server has all of it, or a part ("partial
 * success"), or all and a warning. In protobuf (proto/otlp_answer.proto), or in its JSON.
 */
#ifndef REMOTE_OTLP_ANSWER_H
#define REMOTE_OTLP_ANSWER_H

#include "base/buf.h"

struct otlp_answer {
	int64_t rejected;   /* profiles that the server did not take; 0 with a warning */
	struct buf message; /* the server's; empty if there is neither */
};

/* False if the body is no such answer. The caller releases a->message in both cases. */
bool otlp_answer_read(struct str body, bool is_json, struct otlp_answer *a);

#endif
