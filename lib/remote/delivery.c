#include <unistd.h>

#include "base/when.h"
#include "remote/delivery_parts.h"

/* Putting */

static size_t most_held(const struct delivery *d)
{
	return 2 * (size_t)d->options.parallel;
}

/* While the server is unreachable, a request that is in the spool need not wait for room. */
static bool has_room(const struct delivery *d, const struct request *r)
{
	return d->nheld < most_held(d) || (r->has_entry && d->backoff.is_away);
}

static void put_into_shipment(struct delivery *d, struct request *r, bool begins)
{
	if (begins || !d->filling) {
		shipment_drop(d, d->filling);
		d->filling = shipment_begin();
	}
	d->filling->open++;
	r->shipment = d->filling;
}

void delivery_put(struct delivery *d, struct buf *body, struct str what, bool begins)
{
	struct request *r = mem_zeroed(1, sizeof(*r));

	r->body = *body;
	*body = (struct buf){ 0 };
	buf_add(&r->what, what);
	pthread_mutex_lock(&d->lock);
	put_into_shipment(d, r, begins);
	delivery_spool(d, r);
	while (!has_room(d, r))
		pthread_cond_wait(&d->changed, &d->lock);
	if (d->nheld < most_held(d))
		d->nheld++;
	else
		buf_release(&r->body); /* its copy is in the spool */
	queue_put(&d->waiting, r);
	pthread_mutex_unlock(&d->lock);
	http_wake(d->client);
}

/* The beginning and the end */

static void free_delivery(struct delivery *d)
{
	struct request *r;

	while ((r = queue_take(&d->waiting)))
		request_leave(d, r, S(""), END_LOST); /* delivery_open() failed */
	if (d->has_spool)
		spool_close(&d->spool);
	http_close(d->client);
	buf_release(&d->away_why);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->changed);
	mem_free(d, sizeof(*d));
}

struct delivery *delivery_open(const struct delivery_options *options, struct buf *why)
{
	struct delivery *d = mem_zeroed(1, sizeof(*d));

	d->options = *options;
	d->waiting.end = &d->waiting.first;
	backoff_begin(&d->backoff, (uint64_t)when_now() ^ (uint64_t)getpid() << 32);
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->changed, NULL);
	d->client = http_open(&options->http, why);
	if (d->client && (!options->spool || delivery_open_spool(d, why))) {
		if (pthread_create(&d->thread, NULL, delivery_send, d) == 0)
			return d;
		buf_add(why, S("no thread can be started"));
	}
	free_delivery(d);
	return NULL;
}

void delivery_close(struct delivery *d, struct delivery_totals *totals)
{
	pthread_mutex_lock(&d->lock);
	d->is_closing = true;
	d->closing_since = monotonic_ns();
	shipment_drop(d, d->filling);
	pthread_mutex_unlock(&d->lock);
	http_wake(d->client);
	pthread_join(d->thread, NULL);
	*totals = d->totals;
	free_delivery(d);
}
