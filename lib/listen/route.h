/* Paths: what is there, and in which form it is answered. */
#ifndef LISTEN_ROUTE_H
#define LISTEN_ROUTE_H

#include "listen/upload.h"

struct route {
	const char *path;
	const char *method;    /* "POST", or "GET" */
	enum upload_kind kind; /* with POST */
};

/* By number, METRIC_ROUTES at most; the last one stands for all paths that are not there. */
extern const struct route routes[];
extern const size_t nroutes;

/* The number of a path's route. */
unsigned route_of(struct str path);

/*
 * The body of the answer that an agent understands, and its Content-Type: Pyroscope's push
 * API has JSON with a code, OTLP has google.rpc.Status, the others text. is_json: the
 * request was JSON.
 */
const char *answer_body(const struct route *r, bool is_json, unsigned status, struct str message,
			struct buf *body);

#endif
