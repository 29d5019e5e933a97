/* A profile at a URL: an endpoint of a program (Go's net/http/pprof), or a file on a server. */
#ifndef SOURCE_ENDPOINT_H
#define SOURCE_ENDPOINT_H

#include "format/input.h"
#include "http/http.h"

/* Is that argument a URL, and not that of a Pyroscope server? */
bool endpoint_is(const char *path);

/*
 * Open what the URL answers, as input_open() opens a file. settings: NULL for the defaults.
 * A question for a profile of some seconds
 * (?seconds=30) waits so much longer. *body receives the answer; it must stay until
 * input_close(), and is released by the caller. An error is one of the input.
 */
void endpoint_open(struct input *input, const char *url, const struct format *from,
		   const struct http_settings *settings, struct buf *body);

/* May the answer be a profile? False with what is wrong appended to *why. */
bool endpoint_check(const char *url, const struct http_answer *a, struct buf *why);

/* How long the server measures before it answers, by the URL; ns. */
int64_t endpoint_measures(const char *url);

#endif
