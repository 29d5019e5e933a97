/* A profile at a URL: an endpoint of a program (Go's net/http/pprof), or a file on a server. */
#ifndef SOURCE_ENDPOINT_H
#define SOURCE_ENDPOINT_H

#include "format/input.h"
#include "http/http.h"

/* Is the argument a URL, other than that of a Pyroscope server? */
bool endpoint_is(const char *path);

/*
 * Request the URL and open the answer, as input_open() opens a file. settings: NULL for the
 * defaults. A URL with ?seconds=30 extends the timeout by as much. *body receives the answer;
 * it must stay valid until input_close(), and the caller releases it. Errors are those of the
 * input.
 */
void endpoint_open(struct input *input, const char *url, const struct format *from,
		   const struct http_settings *settings, struct buf *body);

/* Can the answer be a profile? If not, append the reason to *why. */
bool endpoint_check(const char *url, const struct http_answer *a, struct buf *why);

/* How long the server measures before it answers, according to the URL; ns. */
int64_t endpoint_measures(const char *url);

/*
 * Does the answer count from the last one, or from the request, and not from the program's start?
 * So do ?seconds=, and delta_heap, delta_block and delta_mutex of Go's godeltaprof.
 */
bool endpoint_is_delta(const char *url);

#endif
