/*
 * What was counted since the last time: differences of profiles whose values count from the
 * beginning of a program.
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
	bool never; /* values do not count from the beginning */
	/* Some count has become less: the program began again, and all counts are new. */
	bool began_again;
};

void since_last_begin(struct since_last *l, bool never);
void since_last_end(struct since_last *l);

/* An empty profile to read into. */
struct profile *since_last_next(struct since_last *l);

/*
 * Append to p (of any dictionary) what is new. Types that do not count from the beginning are as
 * they are now. False if there is nothing to compare with yet.
 */
bool since_last_take(struct since_last *l, struct profile *p);

/* Make p a profile without samples that has the types of the last one. False without one. */
bool since_last_types(const struct since_last *l, struct profile *p);

#endif
