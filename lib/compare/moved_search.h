/*
 * The search for the origin of code that became slower: what its scopes share (moved.c says which
 * there are). Fractions are of rises, as costs.
 */
#ifndef COMPARE_MOVED_SEARCH_H
#define COMPARE_MOVED_SEARCH_H

#include "compare/bodies.h"

struct moved_search {
	struct comparison *c;
	struct members *m;
	const struct calls *calls;
	uint32_t *group; /* by row: kin have the same number */
	struct bodies bodies;
	uint8_t *risen; /* by item: the row in question rose in this body, or it is gone */
	uint8_t *gone;  /* by item: only the base has it */
	uint8_t *spent; /* by row: its savings have explained another row */
};

/* Was the row found, and do no rows below it account for it? */
static inline bool is_unexplained(const struct row *r)
{
	return r->found[TO_LIST] && r->verdict != EXPLAINED;
}

/* Is it on one side only? */
static inline bool one_sided(const struct row *r)
{
	return r->verdict == APPEARED || r->verdict == GONE;
}

/* Test the samples of the current set of members. */
struct test moved_test(const struct moved_search *s, enum kind kind, const double *exposure);

/* Would a row with that test still be slower? */
bool moved_is_slower(const struct moved_search *s, const struct row *r, const struct test *t,
		     enum level level);

/* Set the verdict of a row after the test of its whole scope. from: the item it came from. */
void moved_set_verdict(struct moved_search *s, struct row *r, const struct test *whole,
		       uint32_t from);

/*
 * Work moved between a row and others of one function, and they are slower together by `cost`: let
 * that function's row stand for it, if it tells as surely that something is slower, and how much.
 */
void moved_hand_over(struct moved_search *s, struct row *r, uint32_t function, double cost,
		     uint32_t from);

/* The rises and savings of rows that are tested together. */
struct balance {
	double up, down, most;
	const struct row *from; /* the one with the largest saving, `most`; NULL = none */
};

void balance_add(struct balance *b, const struct row *r, double cost);
bool balance_saved_enough(const struct balance *b);

/* Kin: moved_find_kin() once, then for each row. True if the row has a verdict by it. */
void moved_find_kin(struct moved_search *s);
bool moved_by_kin(struct moved_search *s, struct row *r);

/* Test the row together with its own kin that became faster, each of which explains one row. */
bool moved_by_own_kin(struct moved_search *s, struct row *r);

/* Bodies: moved_find_gone() once, then for each row. */
void moved_find_gone(struct moved_search *s);
void moved_by_bodies(struct moved_search *s, struct row *r);

#endif
