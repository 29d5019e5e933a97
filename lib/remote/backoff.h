/*
 * Exponential backoff from a server that takes no requests: a pause of 0.5 s, doubled each time
 * up to 30 s, but at least what the server asks for. Pauses vary randomly, so that clients that
 * failed together do not return together. Times are ns of monotonic_ns(), a clock that is never
 * set.
 */
#ifndef REMOTE_BACKOFF_H
#define REMOTE_BACKOFF_H

#include "base/base.h"

struct backoff {
	bool is_away; /* the server takes no requests now; if false, the times are meaningless */
	int64_t away_since; /* when the first request failed */
	int64_t resume_at;  /* no request is sent before */
	int64_t pause;      /* the last pause, before its random variation */
	bool is_asked;      /* the server asked for the current pause */
	uint64_t chance;
};

/* seed: any number, different in each process. */
void backoff_begin(struct backoff *b, uint64_t seed);

/*
 * A request sent at `sent` failed; the server asks for a pause of that many seconds (0: none).
 * Of several requests in flight at once, only the first failure counts.
 */
void backoff_failed(struct backoff *b, int64_t now, int64_t sent, int64_t retry_after_s);
void backoff_succeeded(struct backoff *b);

/* The waiting requests have been given up: later ones start with short pauses again. */
void backoff_soften(struct backoff *b, int64_t now);

#endif
