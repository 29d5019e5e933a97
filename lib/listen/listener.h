/*
 * The server: HTTP through libmicrohttpd, in one thread, which waits for clients and readers
 * and never for a disk. A slow client holds nothing but its connection.
 */
#ifndef LISTEN_LISTENER_H
#define LISTEN_LISTENER_H

#include "listen/pool.h"
#include "listen/sink.h"

struct listener_options {
	const char *address;            /* HOST:PORT; a host of IPv6 in brackets */
	const char *tls_cert, *tls_key; /* paths of PEM files; NULL: no TLS */
	const char *token_file;         /* see access.h; may be NULL */
	bool tenants;                   /* a request names its tenant, or its token does */
	uint64_t most_body;             /* bytes of a request, */
	uint64_t most_held;             /* of all requests together that are not answered */
	uint64_t rate;                  /* of a tenant in a second; 0 = no limit */
	unsigned connections, connections_per_address;
	int64_t idle_ns;    /* how long a connection may wait between two requests, */
	int64_t request_ns; /* and take for one */
	int64_t drain_ns;   /* how long the end waits for requests that have begun */
	struct pool_options pool;
	/* Called now and then when profiles have been kept since the last time. */
	void (*kept)(void);
	void (*note)(const char *fmt, ...) PRINTF(1, 2);
};

/*
 * Serve until SIGTERM or SIGINT, or until nobody reads the output any more. False with a
 * message if that could not begin.
 */
bool listener_run(const struct listener_options *options, struct buf *why);

#endif
