/*
 * Internals that the files of a delivery share: its requests, their queue, and how each ends.
 * The caller of a function that takes a struct delivery holds the delivery's lock.
 */
#ifndef REMOTE_DELIVERY_PARTS_H
#define REMOTE_DELIVERY_PARTS_H

#include <pthread.h>

#include "remote/backoff.h"
#include "remote/delivery.h"

/* A profile in delivery, in one or more requests. */
struct shipment {
	size_t open; /* unfinished requests, plus 1 while more may follow */
	enum delivery_end worst;
};

struct request {
	struct request *next;
	struct shipment *shipment;
	struct buf body; /* empty: it is only in the spool */
	struct buf what;
	bool has_entry;
	struct spool_entry entry;
	unsigned tries;              /* that ended in an error of the server itself */
	int64_t first_try, last_try; /* 0: none yet */
};

/* First in, first out. */
struct request_queue {
	struct request *first, **end;
	size_t n;
};

struct delivery {
	struct delivery_options options;
	struct http_client *client;
	struct spool spool;
	bool has_spool;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* there is room, or the server is unreachable */
	/* Protected by the lock: */
	struct request_queue waiting;
	struct shipment *filling; /* the last request's; NULL before the first request */
	size_t nheld;             /* requests whose bodies are in memory */
	int64_t looked_for_old;   /* when delivery_drop_old() last ran */
	bool is_closing;
	int64_t closing_since;
	struct delivery_totals totals;
	size_t nmessage; /* since message_minute */
	int64_t message_minute;
	struct backoff backoff;
	struct buf away_why; /* why the last request could not be sent */
};

/* The queue */

void queue_put(struct request_queue *q, struct request *r);
/* NULL if the queue is empty. */
struct request *queue_take(struct request_queue *q);

/* Messages: `why` for the user, about `what`, or about the spool's directory. */

void delivery_say(struct delivery *d, struct str what, struct str why);
/* Likewise, of what is no trouble. */
void delivery_mention(struct delivery *d, struct str what, struct str why);
void delivery_say_spool(struct delivery *d, struct str why);

/* Shipments */

struct shipment *shipment_begin(void);
/* No more requests follow, or one has ended. The last one counts the profile. */
void shipment_drop(struct delivery *d, struct shipment *s);

/* The end of a request in this run; each function but the first frees it. */

/* Record on the disk whether the request is in flight. */
void request_mark(struct delivery *d, struct request *r, bool sending);
/* Count the result. In the spool the request stays as it is. */
void request_end(struct delivery *d, struct request *r, enum delivery_end end);
/* Count the result, and remove the request from the spool. */
void request_conclude(struct delivery *d, struct request *r, enum delivery_end end);
/* Give the request up: it stays in the spool for a later run, if there is one. */
void request_leave(struct delivery *d, struct request *r, struct str why,
		   enum delivery_end without_spool);

/* The spool */

/* Open it, and queue what an earlier run left. False with *why for the user. */
bool delivery_open_spool(struct delivery *d, struct buf *why);
/* Write the request to the spool, if there is one. Releases the lock meanwhile. */
void delivery_spool(struct delivery *d, struct request *r);
/* Drop requests that are older than the options allow, at most once a second. */
void delivery_drop_old(struct delivery *d);

/* The thread that sends; its argument is the delivery, whose lock it takes. */
void *delivery_send(void *d);

#endif
