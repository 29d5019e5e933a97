/* The spool of a delivery: what it keeps, what it drops, and what an earlier run has left. */
#include "base/when.h"
#include "remote/delivery_parts.h"

static bool is_too_old(const struct delivery *d, const struct spool_entry *e)
{
	return when_now() - spool_time(e) > d->options.spool_age_ns;
}

/* The queue is not sorted by age: a request that was tried goes to its end. */
void delivery_drop_old(struct delivery *d)
{
	struct request *r;
	size_t left = d->waiting.n;

	if (!d->has_spool || monotonic_ns() - d->looked_for_old < INT64_C(1000000000))
		return;
	d->looked_for_old = monotonic_ns();
	for (; left && (r = queue_take(&d->waiting)); left--)
		if (r->has_entry && is_too_old(d, &r->entry))
			request_conclude(d, r, END_DROPPED);
		else
			queue_put(&d->waiting, r);
}

/* Make room for n bytes. False if dropping all waiting requests does not suffice. */
static bool drop_for_room(struct delivery *d, size_t n)
{
	struct request *r;
	size_t left = d->waiting.n;

	if (n > d->options.spool_most)
		return false;
	if (d->spool.size + n <= d->options.spool_most)
		return true;
	for (; left && (r = queue_take(&d->waiting)); left--)
		if (r->has_entry && d->spool.size + n > d->options.spool_most)
			request_conclude(d, r, END_DROPPED);
		else
			queue_put(&d->waiting, r);
	return d->spool.size + n <= d->options.spool_most;
}

void delivery_spool(struct delivery *d, struct request *r)
{
	struct buf why = { 0 };

	if (!d->has_spool)
		return;
	delivery_drop_old(d);
	if (drop_for_room(d, r->body.n)) {
		pthread_mutex_unlock(&d->lock); /* the disk is slow: the sender may run meanwhile */
		r->has_entry = spool_add(&d->spool, buf_str(&r->body), &r->entry, &why);
		pthread_mutex_lock(&d->lock);
	} else {
		buf_add(&why, S("is full"));
	}
	if (why.n)
		delivery_say_spool(d, buf_str(&why));
	buf_release(&why);
}

/* Queue what an earlier run left in the spool. */
static void put_leftover(struct delivery *d, struct spool_entry *e, uint64_t *nunknown)
{
	struct request *r;

	if (e->unknown && !is_too_old(d, e) && !d->options.at_least_once) {
		++*nunknown;
		return;
	}
	r = mem_zeroed(1, sizeof(*r));
	r->shipment = shipment_begin();
	r->entry = *e;
	r->has_entry = true;
	request_mark(d, r, false);
	buf_printf(&r->what, "%s/%s", d->options.spool, e->name);
	queue_put(&d->waiting, r);
}

bool delivery_open_spool(struct delivery *d, struct buf *why)
{
	struct spool_entries entries = { 0 };
	uint64_t nunknown = 0;

	buf_printf(why, "%s: ", d->options.spool);
	d->has_spool = spool_open(&d->spool, d->options.spool, d->options.kind, &entries, why);
	for (size_t i = 0; d->has_spool && i < entries.n; i++)
		put_leftover(d, &entries.v[i], &nunknown);
	d->totals.left_unknown = nunknown;
	if (d->has_spool)
		why->n = 0;
	else
		spool_close(&d->spool);
	vec_release(&entries);
	return d->has_spool;
}
