/*
 * The server: HTTP through libmicrohttpd, in one thread that waits for clients and readers,
 * and never for a disk. A slow client blocks only its own connection.
 */
#ifndef LISTEN_LISTENER_H
#define LISTEN_LISTENER_H

#include "listen/pool.h"
#include "listen/sink.h"

struct listener_options {
	const char *address;            /* HOST:PORT; an IPv6 address in brackets */
	const char *tls_cert, *tls_key; /* paths of PEM files; NULL: no TLS */
	const char *token_file;         /* see access.h; may be NULL */
	bool tenants;       /* each request belongs to a tenant, which it or its token names */
	uint64_t most_body; /* limit of a request, bytes */
	uint64_t most_held; /* limit of all unanswered requests together, bytes */
	uint64_t rate;      /* bytes a second of each tenant; 0 = no limit */
	unsigned connections, connections_per_address;
	int64_t idle_ns;    /* how long a connection may be idle between two requests */
	int64_t request_ns; /* how long a request may take */
	int64_t drain_ns;   /* how long shutdown waits for requests in progress */
	struct pool_options pool;
	/* Called from time to time if profiles were kept since the last call. */
	void (*kept)(void);
	void (*note)(const char *fmt, ...) PRINTF(1, 2);
};

/*
 * Serve until SIGTERM or SIGINT, or until the output has no reader any more. False with a
 * message if the server cannot start.
 */
bool listener_run(const struct listener_options *options, struct buf *why);

#endif
