/* Routes: which paths exist, and the form of their answers. */
#ifndef LISTEN_ROUTE_H
#define LISTEN_ROUTE_H

#include "listen/upload.h"

struct route {
	const char *path;
	const char *method;    /* "POST", or "GET" */
	enum upload_kind kind; /* with POST */
};

/* Indexed by number, METRIC_ROUTES at most; the last one stands for all unknown paths. */
extern const struct route routes[];
extern const size_t nroutes;

/* The number of the route of a path, or of a URL. */
unsigned route_of(struct str target);

/*
 * The body of an answer in the form that the route's agents understand, and its Content-Type:
 * JSON with a code for Pyroscope's push API, google.rpc.Status for OTLP, text for the others.
 * is_json: the request was JSON.
 */
const char *answer_body(const struct route *r, bool is_json, unsigned status, struct str message,
			struct buf *body);

#endif
