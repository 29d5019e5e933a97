#include "remote/backoff.h"

#define SECOND      INT64_C(1000000000)
#define PAUSE_LEAST (SECOND / 2)
#define PAUSE_MOST  (30 * SECOND)

void backoff_begin(struct backoff *b, uint64_t seed)
{
	*b = (struct backoff){ .chance = seed ? seed : 1 };
}

/* A random pause between half of it and the whole. */
static int64_t vary(struct backoff *b, int64_t pause)
{
	b->chance ^= b->chance << 13;
	b->chance ^= b->chance >> 7;
	b->chance ^= b->chance << 17;
	return pause / 2 + (int64_t)(b->chance % (uint64_t)(pause / 2));
}

void backoff_failed(struct backoff *b, int64_t now, int64_t sent, int64_t retry_after_s)
{
	int64_t wait, asked;

	if (b->is_away && sent < b->resume_at)
		return; /* sent before the pause began: nothing new */
	if (!b->is_away)
		b->away_since = now;
	b->is_away = true;
	b->pause = b->pause ? b->pause * 2 : PAUSE_LEAST;
	if (b->pause > PAUSE_MOST)
		b->pause = PAUSE_MOST;
	wait = vary(b, b->pause);
	asked = retry_after_s > INT64_MAX / 2 / SECOND ? INT64_MAX / 2 : retry_after_s * SECOND;
	b->is_asked = asked > wait;
	b->resume_at = now + (b->is_asked ? asked : wait);
}

void backoff_succeeded(struct backoff *b)
{
	b->is_away = false;
	b->pause = 0;
}

void backoff_soften(struct backoff *b, int64_t now)
{
	b->pause = 0;
	b->resume_at = now + PAUSE_LEAST;
}
