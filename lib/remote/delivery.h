/*
 * Delivering requests to a server that may be slow, busy or away.
 *
 *	delivery_open(&d, &options, &why);
 *	while (... request ...)
 *		delivery_put(d, &body, what, begins);
 *	delivery_close(d, &totals);
 *
 * A thread sends several at a time, since a server may take half a second to answer each.
 * While the server does not take any (429, 502 to 504, no connection), one request at a time
 * is tried, after a pause that doubles from 0.5 s to 30 s, varied by chance, or as long as
 * the server asks for (Retry-After). Errors of the server itself (500) are tried three times.
 *
 * A request is never sent again if the server may have it, unless at_least_once: the server
 * counts what comes twice twice.
 *
 * Without a spool, delivery_put() waits for room, and what cannot be delivered is lost. With
 * one, each request is on the disk before it is sent, and stays until it is acknowledged or
 * refused; while the server is away delivery_put() goes on.
 */
#ifndef REMOTE_DELIVERY_H
#define REMOTE_DELIVERY_H

#include "http/http.h"
#include "remote/spool.h"

struct delivery_options {
	const char *url, *content_type;
	const char *const *headers; /* more, ended by NULL; may be NULL */
	struct http_settings http;
	unsigned parallel;    /* requests in flight; at least 1 */
	int64_t retry_for_ns; /* how long an absence of the server is waited out */
	bool at_least_once;
	const char *spool;    /* its directory; NULL: none */
	const char *kind;     /* of its files */
	uint64_t spool_most;  /* bytes; the oldest are dropped above that */
	int64_t spool_age_ns; /* older ones are dropped */
	/* A message for people; called by any thread, by one at a time. */
	void (*complain)(void *context, struct str message);
	void *context;
};

/* What becomes of a request; the later, the worse. */
enum delivery_end {
	END_SENT,    /* and acknowledged */
	END_SPOOLED, /* it waits in the spool */
	END_DROPPED, /* from the spool: too many, or too old */
	END_UNKNOWN, /* the server may have it or not */
	END_LOST,    /* not delivered in time, and without a spool */
	END_REFUSED, /* for good */
	END_KINDS,
};

struct delivery_totals {
	/*
	 * Profiles, by what became of the worst of their requests. What an earlier run left
	 * in the spool counts as a profile for each request.
	 */
	uint64_t profiles[END_KINDS];
	uint64_t requests; /* acknowledged */
	/*
	 * Requests in the spool that were on their way when an earlier program ended, so that
	 * the server may have them or not. They stay there.
	 */
	uint64_t left_unknown;
	struct buf why; /* the last that is lost or spooled was not delivered */
	bool trouble;   /* something was complained about */
};

struct delivery;

/* NULL, with why in words for people, if there is no HTTP or the spool cannot be used. */
struct delivery *delivery_open(const struct delivery_options *options, struct buf *why);

/*
 * Deliver a request, whose memory is taken: *body is empty afterwards. `what` names it in
 * messages, and is copied. It begins a profile, or is one more of the last one's.
 */
void delivery_put(struct delivery *d, struct buf *body, struct str what, bool begins);

/*
 * Wait for what is on its way, and for an absent server as options say. The caller releases
 * totals->why.
 */
void delivery_close(struct delivery *d, struct delivery_totals *totals);

#endif
