/* How the requests of a delivery are queued, counted and reported, and how each ends. */
#include "base/when.h"
#include "remote/delivery_parts.h"

enum { MESSAGES_MOST = 20 /* a minute, about single requests; more are only counted */ };

/* The queue */

void queue_put(struct request_queue *q, struct request *r)
{
	r->next = NULL;
	*q->end = r;
	q->end = &r->next;
	q->n++;
}

struct request *queue_take(struct request_queue *q)
{
	struct request *r = q->first;

	if (!r)
		return NULL;
	q->first = r->next;
	if (!q->first)
		q->end = &q->first;
	q->n--;
	return r;
}

/* Messages */

void delivery_mention(struct delivery *d, struct str what, struct str why)
{
	struct buf text = { 0 };

	if (monotonic_ns() - d->message_minute > INT64_C(60000000000)) {
		d->message_minute = monotonic_ns();
		d->nmessage = 0;
	}
	if (d->nmessage++ >= MESSAGES_MOST)
		return;
	buf_add(&text, what);
	buf_add(&text, S(": "));
	buf_add(&text, why);
	if (d->nmessage == MESSAGES_MOST)
		buf_add(&text, S(" (further ones of this minute are only counted)"));
	d->options.complain(d->options.context, buf_str(&text));
	buf_release(&text);
}

void delivery_say(struct delivery *d, struct str what, struct str why)
{
	d->totals.trouble = true;
	delivery_mention(d, what, why);
}

void delivery_say_spool(struct delivery *d, struct str why)
{
	delivery_say(d, str_of(d->options.spool), why);
}

/* Shipments */

struct shipment *shipment_begin(void)
{
	struct shipment *s = mem_zeroed(1, sizeof(*s));

	s->open = 1;
	return s;
}

void shipment_drop(struct delivery *d, struct shipment *s)
{
	if (!s || --s->open)
		return;
	d->totals.profiles[s->worst]++;
	mem_free(s, sizeof(*s));
}

/* Ends */

static void free_request(struct delivery *d, struct request *r)
{
	d->nheld -= r->body.n > 0;
	buf_release(&r->body);
	buf_release(&r->what);
	mem_free(r, sizeof(*r));
}

void request_end(struct delivery *d, struct request *r, enum delivery_end end)
{
	if (end > r->shipment->worst)
		r->shipment->worst = end;
	d->totals.requests += end == END_SENT;
	shipment_drop(d, r->shipment);
	free_request(d, r);
}

void request_mark(struct delivery *d, struct request *r, bool sending)
{
	struct buf why = { 0 };

	if (r->has_entry && !spool_mark(&d->spool, &r->entry, sending, &why))
		delivery_say_spool(d, buf_str(&why));
	buf_release(&why);
}

void request_conclude(struct delivery *d, struct request *r, enum delivery_end end)
{
	struct buf why = { 0 };

	if (r->has_entry && !spool_remove(&d->spool, &r->entry, &why))
		delivery_say_spool(d, buf_str(&why));
	buf_release(&why);
	request_end(d, r, end);
}

void request_leave(struct delivery *d, struct request *r, struct str why,
		   enum delivery_end without_spool)
{
	request_mark(d, r, false);
	d->totals.why.n = 0;
	buf_add(&d->totals.why, why);
	request_end(d, r, r->has_entry ? END_SPOOLED : without_spool);
}
