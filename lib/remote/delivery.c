#include "remote/delivery.h"

#include <pthread.h>
#include <unistd.h>

#include "base/when.h"
#include "remote/backoff.h"
#include "remote/outcome.h"

enum {
	TRIES_OF_BROKEN = 3, /* after errors of the server itself */
	MESSAGES_MOST = 20,  /* a minute, about single requests; more are only counted */
};

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
	int64_t looked_for_old;   /* when drop_old() last ran */
	bool is_closing;
	int64_t closing_since;
	bool is_away; /* the server takes no requests now */
	struct delivery_totals totals;
	size_t nmessage; /* since message_minute */
	int64_t message_minute;
	struct backoff backoff;
	struct buf away_why; /* why the last request could not be sent */
};

/* The queue */

static void queue_put(struct request_queue *q, struct request *r)
{
	r->next = NULL;
	*q->end = r;
	q->end = &r->next;
	q->n++;
}

static struct request *queue_take(struct request_queue *q)
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

static void free_request(struct delivery *d, struct request *r)
{
	d->nheld -= r->body.n > 0;
	buf_release(&r->body);
	buf_release(&r->what);
	mem_free(r, sizeof(*r));
}

/* Messages and totals; all functions need the lock */

static void say(struct delivery *d, struct str what, struct str why)
{
	struct buf text = { 0 };

	d->totals.trouble = true;
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

static void say_spool(struct delivery *d, struct str why)
{
	say(d, str_of(d->options.spool), why);
}

/* Shipments */

static struct shipment *begin_shipment(void)
{
	struct shipment *s = mem_zeroed(1, sizeof(*s));

	s->open = 1;
	return s;
}

static void drop_shipment(struct delivery *d, struct shipment *s)
{
	if (!s || --s->open)
		return;
	d->totals.profiles[s->worst]++;
	mem_free(s, sizeof(*s));
}

/* Count the result of a request, and free it. */
static void end_request(struct delivery *d, struct request *r, enum delivery_end end)
{
	if (end > r->shipment->worst)
		r->shipment->worst = end;
	d->totals.requests += end == END_SENT;
	drop_shipment(d, r->shipment);
	free_request(d, r);
}

/* Record on the disk whether the request is in flight. */
static void mark(struct delivery *d, struct request *r, bool sending)
{
	struct buf why = { 0 };

	if (r->has_entry && !spool_mark(&d->spool, &r->entry, sending, &why))
		say_spool(d, buf_str(&why));
	buf_release(&why);
}

/* Finish a request: count it, and remove it from the disk. */
static void conclude(struct delivery *d, struct request *r, enum delivery_end end)
{
	struct buf why = { 0 };

	if (r->has_entry && !spool_remove(&d->spool, &r->entry, &why))
		say_spool(d, buf_str(&why));
	buf_release(&why);
	end_request(d, r, end);
}

/* Give up a request in this run: it stays in the spool, if there is one. */
static void leave(struct delivery *d, struct request *r, struct str why,
		  enum delivery_end without_spool)
{
	mark(d, r, false);
	d->totals.why.n = 0;
	buf_add(&d->totals.why, why);
	end_request(d, r, r->has_entry ? END_SPOOLED : without_spool);
}

/* Dropping old requests */

static bool is_too_old(const struct delivery *d, const struct spool_entry *e)
{
	return when_now() - spool_time(e) > d->options.spool_age_ns;
}

/*
 * Drop old requests, at most once a second. The queue is not sorted by age: a request that was
 * tried goes to its end.
 */
static void drop_old(struct delivery *d)
{
	struct request *r;
	size_t left = d->waiting.n;

	if (!d->has_spool || monotonic_ns() - d->looked_for_old < INT64_C(1000000000))
		return;
	d->looked_for_old = monotonic_ns();
	for (; left && (r = queue_take(&d->waiting)); left--)
		if (r->has_entry && is_too_old(d, &r->entry))
			conclude(d, r, END_DROPPED);
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
	for (; left && (r = queue_take(&d->waiting)); left--)
		if (r->has_entry && d->spool.size + n > d->options.spool_most)
			conclude(d, r, END_DROPPED);
		else
			queue_put(&d->waiting, r);
	return d->spool.size + n <= d->options.spool_most;
}

/* Putting */

static size_t most_held(const struct delivery *d)
{
	return 2 * (size_t)d->options.parallel;
}

/* Write the request to the spool, if there is one. */
static void put_into_spool(struct delivery *d, struct request *r)
{
	struct buf why = { 0 };

	if (!d->has_spool)
		return;
	drop_old(d);
	if (drop_for_room(d, r->body.n)) {
		pthread_mutex_unlock(&d->lock); /* the disk is slow: the sender may run meanwhile */
		r->has_entry = spool_add(&d->spool, buf_str(&r->body), &r->entry, &why);
		pthread_mutex_lock(&d->lock);
	} else {
		buf_add(&why, S("is full"));
	}
	if (why.n)
		say_spool(d, buf_str(&why));
	buf_release(&why);
}

/* While the server is unreachable, a request that is in the spool need not wait for room. */
static bool has_room(const struct delivery *d, const struct request *r)
{
	return d->nheld < most_held(d) || (r->has_entry && d->backoff.is_away);
}

static void put_into_shipment(struct delivery *d, struct request *r, bool begins)
{
	if (begins || !d->filling) {
		drop_shipment(d, d->filling);
		d->filling = begin_shipment();
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
	put_into_spool(d, r);
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

/* Waiting for a server that is away */

/*
 * Has the server been unreachable since then for longer than the options allow? A request in
 * the spool is kept until closing, and its time starts then.
 */
static bool is_over(const struct delivery *d, const struct request *r, int64_t since)
{
	if (r->has_entry && !d->is_closing)
		return false;
	if (r->has_entry && since < d->closing_since)
		since = d->closing_since;
	return d->backoff.resume_at > since + d->options.retry_for_ns;
}

static void give_up(struct delivery *d, struct request *r, struct str why)
{
	if (!r->has_entry)
		say(d, buf_str(&r->what), why);
	leave(d, r, why, END_LOST);
}

/* Give up all waiting requests whose time is over. */
static void give_up_waiting(struct delivery *d)
{
	struct request *r;
	size_t left = d->waiting.n;

	for (; left && (r = queue_take(&d->waiting)); left--)
		if (is_over(d, r, d->backoff.away_since))
			give_up(d, r, buf_str(&d->away_why));
		else
			queue_put(&d->waiting, r);
	pthread_cond_broadcast(&d->changed);
}

static void try_later(struct delivery *d, struct request *r, const struct http_answer *a,
		      struct str why)
{
	backoff_failed(&d->backoff, monotonic_ns(), r->last_try, a->retry_after);
	d->away_why.n = 0;
	buf_add(&d->away_why, why);
	if (is_over(d, r, d->backoff.away_since)) {
		give_up(d, r, why);
		give_up_waiting(d);
		/* Later requests start with short pauses again. */
		if (!d->backoff.is_asked)
			backoff_soften(&d->backoff, monotonic_ns());
	} else if (is_over(d, r, r->first_try)) {
		give_up(d, r, why);
	} else {
		mark(d, r, false);
		queue_put(&d->waiting, r);
	}
	pthread_cond_broadcast(&d->changed);
}

/* Answers */

static void take_unknown(struct delivery *d, struct request *r, const struct http_answer *a,
			 struct buf *why)
{
	if (d->options.at_least_once) {
		try_later(d, r, a, buf_str(why));
		return;
	}
	buf_add(why, S(": whether the server has it is not known"));
	say(d, buf_str(&r->what), buf_str(why));
	end_request(d, r, END_UNKNOWN); /* in the spool it stays marked as in flight */
}

static void take_answer(struct delivery *d, struct request *r, const struct http_answer *a)
{
	struct buf why = { 0 };
	enum outcome outcome = outcome_of(a, &why);

	if (outcome == OUTCOME_BROKEN)
		outcome = ++r->tries < TRIES_OF_BROKEN ? OUTCOME_LATER : OUTCOME_BROKEN;
	if (outcome != OUTCOME_LATER && outcome != OUTCOME_UNKNOWN)
		backoff_succeeded(&d->backoff);
	if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_FORBIDDEN || outcome == OUTCOME_BROKEN)
		say(d, buf_str(&r->what), buf_str(&why));
	switch (outcome) {
	case OUTCOME_SENT: conclude(d, r, END_SENT); break;
	case OUTCOME_REFUSED: conclude(d, r, END_REFUSED); break;
	case OUTCOME_FORBIDDEN:
	case OUTCOME_BROKEN: leave(d, r, buf_str(&why), END_REFUSED); break;
	case OUTCOME_LATER: try_later(d, r, a, buf_str(&why)); break;
	case OUTCOME_UNKNOWN: take_unknown(d, r, a, &why); break;
	}
	pthread_cond_broadcast(&d->changed);
	buf_release(&why);
}

/* Sending */

static void drop_unreadable(struct delivery *d, struct request *r, struct buf *why)
{
	say_spool(d, buf_str(why));
	conclude(d, r, END_DROPPED);
}

static void start_request(struct delivery *d, struct request *r)
{
	struct buf why = { 0 };

	if (!r->body.n) {
		if (!spool_read(&d->spool, &r->entry, &r->body, &why)) {
			r->body.n = 0;
			drop_unreadable(d, r, &why);
			buf_release(&why);
			return;
		}
		d->nheld++;
	}
	mark(d, r, true);
	r->last_try = monotonic_ns();
	if (!r->first_try)
		r->first_try = r->last_try;
	http_start(d->client,
		   &(struct http_request){ .url = d->options.url,
					   .content_type = d->options.content_type,
					   .headers = d->options.headers,
					   .body = buf_str(&r->body),
					   .has_body = true },
		   r);
}

/* How many requests may start now: only one while the server is unreachable. */
static size_t may_start(const struct delivery *d)
{
	size_t most = d->backoff.is_away ? 1 : d->options.parallel, now = http_in_flight(d->client);

	if (d->backoff.is_away && monotonic_ns() < d->backoff.resume_at)
		return 0;
	return most > now ? most - now : 0;
}

static void start_requests(struct delivery *d)
{
	struct request *r;

	drop_old(d);
	if (d->backoff.is_away && d->backoff.is_asked && monotonic_ns() < d->backoff.resume_at)
		give_up_waiting(d);
	for (size_t n = may_start(d); n && (r = queue_take(&d->waiting)); n--)
		start_request(d, r);
}

/* How long to wait for an answer: until the end of the pause, if requests wait for it. */
static int64_t wait_ns(const struct delivery *d)
{
	int64_t left = d->backoff.resume_at - monotonic_ns();

	if (!d->backoff.is_away || !d->waiting.n || http_in_flight(d->client))
		return -1;
	return left > 0 ? left : 0;
}

static void *deliver(void *context)
{
	struct delivery *d = context;
	struct http_answer answer = { 0 };
	void *r;

	pthread_mutex_lock(&d->lock);
	for (;;) {
		int64_t wait;

		start_requests(d);
		if (d->is_closing && !d->waiting.n && !http_in_flight(d->client))
			break;
		wait = wait_ns(d);
		pthread_mutex_unlock(&d->lock);
		if (!http_next(d->client, wait, &answer, &r))
			r = NULL;
		pthread_mutex_lock(&d->lock);
		if (r)
			take_answer(d, r, &answer);
	}
	pthread_mutex_unlock(&d->lock);
	http_answer_release(&answer);
	return NULL;
}

/* The beginning and the end */

/* Queue what an earlier run left in the spool. */
static void put_leftover(struct delivery *d, struct spool_entry *e, uint64_t *nunknown)
{
	struct request *r;

	if (e->unknown && !is_too_old(d, e) && !d->options.at_least_once) {
		++*nunknown;
		return;
	}
	r = mem_zeroed(1, sizeof(*r));
	r->shipment = begin_shipment();
	r->entry = *e;
	r->has_entry = true;
	mark(d, r, false);
	buf_printf(&r->what, "%s/%s", d->options.spool, e->name);
	queue_put(&d->waiting, r);
}

static bool open_spool(struct delivery *d, struct buf *why)
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

static void free_delivery(struct delivery *d)
{
	struct request *r;

	while ((r = queue_take(&d->waiting)))
		leave(d, r, S(""), END_LOST); /* delivery_open() failed */
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
	if (d->client && (!options->spool || open_spool(d, why))) {
		if (pthread_create(&d->thread, NULL, deliver, d) == 0)
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
	drop_shipment(d, d->filling);
	pthread_mutex_unlock(&d->lock);
	http_wake(d->client);
	pthread_join(d->thread, NULL);
	*totals = d->totals;
	free_delivery(d);
}
