/* The thread of a delivery: it sends requests and takes answers, or waits for the server. */
#include "base/when.h"
#include "remote/delivery_parts.h"
#include "remote/outcome.h"

enum { TRIES_OF_BROKEN = 3 /* after errors of the server itself */ };

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
		delivery_say(d, buf_str(&r->what), why);
	request_leave(d, r, why, END_LOST);
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
		request_mark(d, r, false);
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
	delivery_say(d, buf_str(&r->what), buf_str(why));
	request_end(d, r, END_UNKNOWN); /* in the spool it stays marked as in flight */
}

static void take_answer(struct delivery *d, struct request *r, const struct http_answer *a)
{
	struct buf why = { 0 };
	enum outcome outcome = outcome_of(a, d->options.content_type, &why);

	if (outcome == OUTCOME_BROKEN)
		outcome = ++r->tries < TRIES_OF_BROKEN ? OUTCOME_LATER : OUTCOME_BROKEN;
	if (outcome != OUTCOME_LATER && outcome != OUTCOME_UNKNOWN)
		backoff_succeeded(&d->backoff);
	if (outcome == OUTCOME_REFUSED || outcome == OUTCOME_FORBIDDEN || outcome == OUTCOME_BROKEN)
		delivery_say(d, buf_str(&r->what), buf_str(&why));
	if (outcome == OUTCOME_SENT && why.n)
		delivery_mention(d, buf_str(&r->what), buf_str(&why));
	switch (outcome) {
	case OUTCOME_SENT: request_conclude(d, r, END_SENT); break;
	case OUTCOME_REFUSED: request_conclude(d, r, END_REFUSED); break;
	case OUTCOME_FORBIDDEN:
	case OUTCOME_BROKEN: request_leave(d, r, buf_str(&why), END_REFUSED); break;
	case OUTCOME_LATER: try_later(d, r, a, buf_str(&why)); break;
	case OUTCOME_UNKNOWN: take_unknown(d, r, a, &why); break;
	}
	pthread_cond_broadcast(&d->changed);
	buf_release(&why);
}

/* Sending */

static void drop_unreadable(struct delivery *d, struct request *r, struct buf *why)
{
	delivery_say_spool(d, buf_str(why));
	request_conclude(d, r, END_DROPPED);
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
	request_mark(d, r, true);
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

	delivery_drop_old(d);
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

void *delivery_send(void *context)
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
