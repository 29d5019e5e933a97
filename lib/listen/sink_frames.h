/* Common parts of sinks that write streams: the members that wait for the commit. */
#ifndef LISTEN_SINK_FRAMES_H
#define LISTEN_SINK_FRAMES_H

#include "base/vec.h"
#include "listen/sink.h"

/* The members of one request. */
struct frames_request {
	size_t first, n; /* in bytes */
	int64_t time;    /* of its first profile, ns */
};

struct frames_sink {
	struct sink sink;
	struct dictionary dict;
	struct profile p;
	struct str tenant; /* of the current request */
	struct buf bytes;
	VEC(struct frames_request) request;
};

struct sink *frames_open(void);
void frames_close(struct sink *s);
struct profile *frames_begin(struct sink *s, struct upload_reader *r, struct str tenant);
bool frames_add(struct sink *s, struct upload_reader *r, label_set_id labels);
void frames_end(struct sink *s, bool keep);

/* Forget what was written, after the commit. */
void frames_clear(struct frames_sink *s);

#endif
