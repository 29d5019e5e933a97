/*
 * How long to leave a server alone that does not take requests: 0.5 s first, then twice as
 * long each time, up to 30 s; varied by chance, so that clients that failed together do not
 * come back together; at least as long as the server asks for. Times are ns of
 * monotonic_ns(), which is a clock that nobody sets.
 */
#ifndef REMOTE_BACKOFF_H
#define REMOTE_BACKOFF_H

#include "base/base.h"

struct backoff {
	bool is_away;       /* it takes nothing at the moment; else the times mean nothing */
	int64_t away_since; /* when a request failed first */
	int64_t resume_at;  /* not to be asked before */
	int64_t pause;      /* the last one, before it was varied */
	bool is_asked;      /* the server itself asks for the pause that is on */
	uint64_t chance;
};

/* seed: any number, different in each process. */
void backoff_begin(struct backoff *b, uint64_t seed);

/*
 * A request failed that was sent at `sent`; the server asks for so many seconds (0: for
 * none). Of several requests that were on their way at once, the first decides.
 */
void backoff_failed(struct backoff *b, int64_t now, int64_t sent, int64_t retry_after_s);
void backoff_succeeded(struct backoff *b);

/* Those that waited have been given up: pauses begin anew, for others. */
void backoff_soften(struct backoff *b, int64_t now);

#endif
