#include "listen/turns.h"

#include "base/when.h"
#include "listen/listener_parts.h"

enum {
	UNKNOWN = 64 << 10
}; /* what a body counts at first if it is longer, or its length unknown */

#define FRESH_NS INT64_C(500000000) /* how long a body counts that does not get complete */

static void turn_list_add(struct turn_list *l, struct request *q)
{
	q->turn_next = NULL;
	q->turn_before = l->last;
	if (l->last)
		l->last->turn_next = q;
	else
		l->first = q;
	l->last = q;
}

static void turn_list_remove(struct turn_list *l, struct request *q)
{
	if (q->turn_before)
		q->turn_before->turn_next = q->turn_next;
	else
		l->first = q->turn_next;
	if (q->turn_next)
		q->turn_next->turn_before = q->turn_before;
	else
		l->last = q->turn_before;
}

static void leave_list(struct request *q)
{
	struct turns *t = &q->server->turns;

	if (q->turn == TURN_WAITS)
		turn_list_remove(&t->waiting, q);
	if (q->turn == TURN_FRESH)
		turn_list_remove(&t->fresh, q);
	q->turn = TURN_NONE;
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

static bool has_room(const struct request *q)
{
	const struct listener *s = q->server;

	return !s->turns.counted ||
	       s->turns.counted + expected_bytes(q) <= s->options.most_held / TURN_PART;
}

static void start_turn(struct request *q)
{
	leave_list(q);
	q->turn = TURN_FRESH;
	q->turn_began = monotonic_ns();
	turn_list_add(&q->server->turns.fresh, q);
	count_bytes(q, expected_bytes(q));
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

static void next_turns(struct listener *s)
{
	struct request *q;

	while ((q = s->turns.waiting.first) && has_room(q)) {
		start_turn(q);
		resume(q);
	}
}

bool turn_begin(struct request *q)
{
	struct turns *t = &q->server->turns;

	if (q->turn != TURN_NONE)
		return true;
	if (!t->waiting.first && has_room(q)) {
		start_turn(q);
		return true;
	}
	q->turn = TURN_WAITS;
	turn_list_add(&t->waiting, q);
	if (q->peer)
		q->peer->is_waiting = true;
	MHD_suspend_connection(q->connection);
	return false;
}

void turn_received(struct request *q, uint64_t n)
{
	if (q->turn == TURN_FRESH && n > q->counted)
		count_bytes(q, n);
}

void turn_complete(struct request *q)
{
	leave_list(q);
	q->turn = TURN_READ;
	count_bytes(q, q->held);
}

void turn_end(struct request *q)
{
	if (q->turn == TURN_NONE)
		return;
	leave_list(q);
	count_bytes(q, 0);
	next_turns(q->server);
}

void turns_tick(struct listener *s)
{
	int64_t now = monotonic_ns();
	struct request *q;

	while ((q = s->turns.fresh.first) && now - q->turn_began > FRESH_NS) {
		leave_list(q);
		q->turn = TURN_SLOW;
		count_bytes(q, 0);
	}
	next_turns(s);
}

void turns_close(struct listener *s)
{
	struct request *q;

	while ((q = s->turns.waiting.first)) {
		leave_list(q);
		request_refuse(q, 503, 5, "the program ends");
		resume(q);
	}
}
