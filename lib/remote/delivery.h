/*
 * Delivering requests to a server that may be slow, busy or unreachable.
 *
 *	delivery_open(&d, &options, &why);
 *	while (... request ...)
 *		delivery_put(d, &body, what, begins);
 *	delivery_close(d, &totals);
 *
 * A thread sends several requests at a time, since a server may take half a second to answer
 * each. While the server takes none (429, 502 to 504, no connection), one request at a time is
 * tried, after a random pause that doubles from 0.5 s to 30 s, or as long as the server asks for
 * (Retry-After). After an error of the server itself (500) a request is tried three times.
 *
 * A request that the server may have received is never sent again, unless at_least_once is set:
 * the server would count its profile twice.
 *
 * Without a spool, delivery_put() waits for room, and an undeliverable request is lost. With a
 * spool, each request is on the disk before it is sent, and stays there until it is acknowledged
 * or refused; while the server is unreachable, delivery_put() does not wait.
 */
#ifndef REMOTE_DELIVERY_H
#define REMOTE_DELIVERY_H

#include "http/http.h"
#include "remote/spool.h"

struct delivery_options {
	const char *url, *content_type;
	const char *const *headers; /* additional headers, ended by NULL; may be NULL */
	struct http_settings http;
	unsigned parallel;    /* requests in flight; at least 1 */
	int64_t retry_for_ns; /* how long to wait for an unreachable server */
	bool at_least_once;
	const char *spool;    /* its directory; NULL: none */
	const char *kind;     /* of the spool's files */
	uint64_t spool_most;  /* bytes; above that, the oldest requests are dropped */
	int64_t spool_age_ns; /* older requests are dropped */
	/* Called with a message for the user; by any thread, one at a time. */
	void (*complain)(void *context, struct str message);
	void *context;
};

/* The result of a request; later ones are worse. */
enum delivery_end {
	END_SENT,    /* the server has acknowledged it */
	END_SPOOLED, /* it waits in the spool */
	END_DROPPED, /* removed from the spool: it is full, or the request too old */
	END_UNKNOWN, /* the server may have received it */
	END_LOST,    /* not delivered in time, and there is no spool */
	END_REFUSED, /* permanently */
	END_KINDS,
};

struct delivery_totals {
	/*
	 * Profiles, by the worst result of their requests. A request that an earlier run left
	 * in the spool counts as one profile.
	 */
	uint64_t profiles[END_KINDS];
	uint64_t requests; /* acknowledged */
	/*
	 * Requests that an earlier run was sending when it ended, so that the server may have
	 * received them. They stay in the spool.
	 */
	uint64_t left_unknown;
	struct buf why; /* why the last undelivered request, lost or spooled, was not delivered */
	bool trouble;   /* complain() was called */
};

struct delivery;

/* NULL, with *why for the user, if there is no HTTP or the spool cannot be used. */
struct delivery *delivery_open(const struct delivery_options *options, struct buf *why);

/*
 * Deliver a request, and take over its memory: *body is empty afterwards. `what` names it in
 * messages, and is copied. begins: it is the first request of a profile; else it belongs to
 * the profile of the request before it.
 */
void delivery_put(struct delivery *d, struct buf *body, struct str what, bool begins);

/*
 * Wait for requests in flight, and for an unreachable server as long as the options say. The
 * caller releases totals->why.
 */
void delivery_close(struct delivery *d, struct delivery_totals *totals);

#endif
