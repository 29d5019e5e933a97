/* How long a server is left alone: remote/backoff.h. */
#include "remote/backoff.h"
#include "tap.h"

#define SECOND INT64_C(1000000000)

/* The n-th failure in a row makes a pause of half of `most` seconds to all of it. */
static void pauses(struct backoff *b, int n, int64_t *now, double most)
{
	double pause;

	backoff_failed(b, *now, *now, 0);
	pause = (double)(b->resume_at - *now) / 1e9;
	ok(pause >= most / 2 && pause <= most, "pause %d is %.2f to %.2f s (%.2f)", n, most / 2,
	   most, pause);
	*now = b->resume_at;
}

int main(void)
{
	struct backoff b, other;
	int64_t now = 100 * SECOND, sent;
	static const double most[] = { 0.5, 1, 2, 4, 8, 16, 30, 30, 30 };

	backoff_begin(&b, 1);
	ok(!b.is_away, "at first a server is there");
	for (int i = 0; i < (int)LEN(most); i++)
		pauses(&b, i + 1, &now, most[i]);
	ok(b.is_away && b.away_since == 100 * SECOND, "it is away since the first failure");
	backoff_succeeded(&b);
	ok(!b.is_away, "it is there again");
	sent = now - SECOND;
	pauses(&b, 1, &now, 0.5);
	now = b.resume_at;
	backoff_failed(&b, now, sent, 0);
	ok(b.resume_at == now, "what was on its way when the pause began does not prolong it");

	backoff_failed(&b, now, now, 20);
	ok(b.is_asked && b.resume_at == now + 20 * SECOND, "a pause that the server asks for");
	now = b.resume_at;
	backoff_failed(&b, now, now, 0);
	ok(!b.is_asked && b.resume_at < now + 3 * SECOND, "only once");
	now = b.resume_at;
	backoff_failed(&b, now, now, INT64_MAX);
	ok(b.resume_at > now, "a number that is too large is a long time");
	backoff_soften(&b, now);
	ok(b.resume_at == now + SECOND / 2 && b.is_away, "after giving up, pauses begin anew");

	backoff_begin(&b, 1);
	backoff_begin(&other, 2);
	backoff_failed(&b, now, now, 0);
	backoff_failed(&other, now, now, 0);
	ok(b.resume_at != other.resume_at, "two clients do not come back at the same time");
	return done();
}
