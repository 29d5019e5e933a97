/*
 * Differences of successive profiles whose values count from the start of a program.
 *
 *	since_last_begin(&l, false);
 *	for (;;) {
 *		now = since_last_next(&l);
 *		... read a profile into now
 *		if (since_last_take(&l, &difference))
 *			...
 *	}
 *	since_last_end(&l);
 */
#ifndef SOURCE_SINCE_LAST_H
#define SOURCE_SINCE_LAST_H

#include "profile/profile.h"

struct since_last {
	struct dictionary *dict; /* of both profiles */
	struct profile last, now;
	bool has_last;
	bool never; /* values do not count from the program's start */
	/* Some count has decreased: the program was restarted, and all its counts are new. */
	bool began_again;
};

void since_last_begin(struct since_last *l, bool never);
void since_last_end(struct since_last *l);

/* An empty profile to read into. */
struct profile *since_last_next(struct since_last *l);

/*
 * Append the difference to p (of any dictionary). Types that do not count from the start keep
 * their current values. False if there is no earlier profile to compare with.
 */
bool since_last_take(struct since_last *l, struct profile *p);

/* Make p a profile without samples, with the types of the last one. False if there is none. */
bool since_last_types(const struct since_last *l, struct profile *p);

#endif
