#include "listen/turns.h"

#include "base/when.h"
#include "listen/listener_parts.h"

enum {
	UNKNOWN = 64 << 10
}; /* what a body counts at first if it is longer, or its length unknown */

#define FRESH_NS INT64_C(500000000)  /* how long a body counts that does not get complete */
#define IDLE_NS  INT64_C(2000000000) /* how long nothing may come of one, while others wait */

static void turn_change(struct request *q, enum turn turn)
{
	struct turn_list *from = &q->server->turns.list[q->turn],
			 *to = &q->server->turns.list[turn];

	if (q->turn_before)
		q->turn_before->turn_next = q->turn_next;
	else if (q->turn != TURN_NONE)
		from->first = q->turn_next;
	if (q->turn_next)
		q->turn_next->turn_before = q->turn_before;
	else if (q->turn != TURN_NONE)
		from->last = q->turn_before;
	q->turn = turn;
	q->turn_next = q->turn_before = NULL;
	if (turn == TURN_NONE)
		return;
	q->turn_before = to->last;
	if (to->last)
		to->last->turn_next = q;
	else
		to->first = q;
	to->last = q;
}

static struct request *first_of(const struct listener *s, enum turn turn)
{
	return s->turns.list[turn].first;
}

static void count_bytes(struct request *q, uint64_t n)
{
	q->server->turns.counted += n - q->counted;
	q->counted = n;
}

static uint64_t expected_bytes(const struct request *q)
{
	return q->length && q->length < UNKNOWN ? q->length : UNKNOWN;
}

/* May another body begin? */
static bool has_room(const struct request *q)
{
	const struct listener *s = q->server;

	return !s->turns.counted ||
	       s->turns.counted + expected_bytes(q) <= s->options.most_held / TURN_PART;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* From now on, the client shall send at the pace of is_too_slow(). */
static void begin_stint(struct request *q)
{
	q->stint_began = q->last_came = monotonic_ns();
	q->stint_received = q->received;
}

/*
 * Memory has become full. Until now, all bodies shared the way here, and each may have been slow
 * for that; a body that goes on now pauses at its next piece, but for the favoured one.
 */
static void begin_stints(struct listener *s)
{
	static const enum turn arrives[] = { TURN_FRESH, TURN_SLOW };

	for (size_t i = 0; i < LEN(arrives); i++)
		for (struct request *q = first_of(s, arrives[i]); q; q = q->turn_next)
			begin_stint(q);
}

/* May a body that has begun grow by n bytes? Becoming the favoured one is a way to. */
static bool may_grow(struct request *q, uint64_t n)
{
	struct listener *s = q->server;
	uint64_t most = s->options.most_held;

	if (s->held + n <= most - smaller(s->options.most_body, most / 2))
		return true;
	if (!s->turns.favoured) {
		s->turns.favoured = q;
		begin_stint(q);
	}
	return s->turns.favoured == q;
}

static void start_turn(struct request *q)
{
	turn_change(q, TURN_FRESH);
	q->turn_began = monotonic_ns();
	begin_stint(q);
	count_bytes(q, q->held > expected_bytes(q) ? q->held : expected_bytes(q));
}

static void suspend(struct request *q, enum turn turn)
{
	if (turn == TURN_PAUSED && !first_of(q->server, TURN_PAUSED))
		begin_stints(q->server);
	turn_change(q, turn);
	if (q->peer)
		q->peer->is_waiting = true;
	MHD_suspend_connection(q->connection);
}

/* The client has waited for us: its time begins now. */
static void resume(struct request *q)
{
	if (q->peer) {
		q->peer->is_waiting = false;
		q->peer->since = monotonic_ns();
	}
	MHD_resume_connection(q->connection);
}

/* What is still to come of a body; at least what comes in one piece. */
static uint64_t rest_of(const struct request *q)
{
	return q->length > q->received ? q->length - q->received : UNKNOWN;
}

static void next_turns(struct listener *s)
{
	struct request *q;
	uint64_t granted = 0;

	while ((q = first_of(s, TURN_PAUSED)) && may_grow(q, granted + rest_of(q))) {
		granted += rest_of(q);
		start_turn(q);
		resume(q);
	}
	while ((q = first_of(s, TURN_WAITS)) && has_room(q)) {
		start_turn(q);
		resume(q);
	}
}

bool turn_take(struct request *q, size_t n)
{
	if (q->turn == TURN_NONE) {
		if (first_of(q->server, TURN_WAITS) || !has_room(q)) {
			suspend(q, TURN_WAITS);
			return false;
		}
		start_turn(q);
	}
	if (may_grow(q, n))
		return true;
	suspend(q, TURN_PAUSED);
	return false;
}

void turn_received(struct request *q, uint64_t n)
{
	q->last_came = monotonic_ns();
	if (q->turn == TURN_FRESH && n > q->counted)
		count_bytes(q, n);
}

void turn_complete(struct request *q)
{
	turn_change(q, TURN_COMPLETE);
	count_bytes(q, q->held);
}

struct request *turn_to_read(struct listener *s)
{
	struct request *q = first_of(s, TURN_COMPLETE);

	if (q)
		turn_change(q, TURN_READ);
	return q;
}

void turn_end(struct request *q)
{
	struct listener *s = q->server;

	if (q->turn == TURN_NONE)
		return;
	turn_change(q, TURN_NONE);
	count_bytes(q, 0);
	if (s->turns.favoured == q)
		s->turns.favoured = NULL;
	next_turns(s);
}

/* Has a body stopped, or does it come so slowly that a largest one would not arrive in time? */
static bool is_too_slow(const struct request *q, int64_t now)
{
	const struct listener_options *o = &q->server->options;
	double pace = (double)o->request_ns / (double)o->most_body;

	return now - q->last_came > IDLE_NS ||
	       (double)(now - q->stint_began - FRESH_NS) >
		       (double)(q->received - q->stint_received) * pace;
}

/* Find the request in that state that holds most bytes of those that are too slow; or NULL. */
static struct request *find_slow_holder(const struct listener *s, enum turn turn, int64_t now)
{
	struct request *found = NULL;

	for (struct request *q = first_of(s, turn); q; q = q->turn_next)
		if (is_too_slow(q, now) && q->held && (!found || q->held > found->held))
			found = q;
	return found;
}

void turns_tick(struct listener *s)
{
	int64_t now = monotonic_ns();
	struct request *q;

	while ((q = first_of(s, TURN_FRESH)) && now - q->turn_began > FRESH_NS) {
		turn_change(q, TURN_SLOW);
		count_bytes(q, 0);
	}
	while (first_of(s, TURN_PAUSED) && (q = find_slow_holder(s, TURN_SLOW, now)))
		request_drop(q, 503, 1, "too slow, while others wait for its memory");
	next_turns(s);
}

void turns_close(struct listener *s)
{
	static const enum turn waits[] = { TURN_WAITS, TURN_PAUSED };
	struct request *q;

	for (size_t i = 0; i < LEN(waits); i++)
		while ((q = first_of(s, waits[i]))) {
			turn_change(q, TURN_NONE);
			request_refuse(q, 503, 5, "the program ends");
			resume(q);
		}
}
