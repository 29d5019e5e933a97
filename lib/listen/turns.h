/*
 * Turns: how many bodies are in memory at a time. A request whose body does not fit yet waits
 * before any of it is read, so that the client waits, too; it is not refused. Requests get their
 * turns in the order in which they arrived.
 *
 * A client may begin a body and not go on. Such a request stops counting half a second after its
 * turn began, and counts again once its body is complete. So slow clients delay others a little,
 * and options.most_held bounds what they keep.
 */
#ifndef LISTEN_TURNS_H
#define LISTEN_TURNS_H

#include "base/base.h"

struct listener;
struct request;

enum { TURN_PART = 8 }; /* of options.most_held, the part from which on requests wait */

enum turn { TURN_NONE, TURN_WAITS, TURN_FRESH, TURN_SLOW, TURN_READ };

struct turn_list {
	struct request *first, *last;
};

struct turns {
	struct turn_list waiting, fresh;
	uint64_t counted; /* bytes of bodies, some of which are still to come */
};

/* May the body be read now? If not, the connection is suspended until it may. */
bool turn_begin(struct request *q);

/* So many bytes of the body are there. */
void turn_received(struct request *q, uint64_t n);

/* The body is complete. */
void turn_complete(struct request *q);

/* The body is not in memory any more: others may have their turns. */
void turn_end(struct request *q);

/* To be called several times a second. */
void turns_tick(struct listener *s);

/* Refuse all requests that wait. */
void turns_close(struct listener *s);

#endif
