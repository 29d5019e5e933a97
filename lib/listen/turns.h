/*
 * Turns: how many bodies are in memory at a time. Clients wait instead of being refused:
 *
 * - Once TURN_PART of options.most_held is in memory or on its way, a request waits before any of
 *   its body is read. Requests get their turns in the order in which they arrived.
 * - A body that has begun pauses when memory is full: all of options.most_held but the room for
 *   one largest body. That room is for one favoured body at a time, which goes on to its end; so
 *   there is always one that can.
 *
 * A client may begin a body and not go on. Such a request stops counting half a second after its
 * turn began, and counts again once its body is complete. While a body pauses because memory is
 * full, bodies that come too slowly to arrive in time (options.request_ns for a largest one), or
 * not at all for two seconds, are refused. So slow clients delay others a little.
 */
#ifndef LISTEN_TURNS_H
#define LISTEN_TURNS_H

#include "base/base.h"

struct listener;
struct request;

enum { TURN_PART = 4 }; /* of options.most_held, the part from which on requests wait */

enum turn {
	TURN_NONE,
	TURN_WAITS,
	TURN_FRESH,
	TURN_SLOW,
	TURN_PAUSED,
	TURN_COMPLETE, /* for a reader that shall get it */
	TURN_READ,
	TURN_STATES
};

struct turn_list {
	struct request *first, *last;
};

struct turns {
	struct turn_list list[TURN_STATES];
	uint64_t counted;         /* bytes of bodies, some of which are still to come */
	struct request *favoured; /* it may use the room for one body; NULL: nobody does */
};

/* May n bytes of the body be read now? If not, the connection is suspended until they may. */
bool turn_take(struct request *q, size_t n);

/* So many bytes of the body are there. */
void turn_received(struct request *q, uint64_t n);

/* The body is complete. */
void turn_complete(struct request *q);

/* The next complete body, which a reader gets now; or NULL. */
struct request *turn_to_read(struct listener *s);

/* The body is not in memory any more: others may have their turns. */
void turn_end(struct request *q);

/* To be called several times a second. */
void turns_tick(struct listener *s);

/* Refuse all requests that wait for others. */
void turns_close(struct listener *s);

#endif
