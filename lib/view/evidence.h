/*
 * The verdicts in a differential profile: prof-diff(1) compares replicates and writes the
 * result into comments (diff.about=, diff.row=, diff.moved=, diff.path=; see
 * compare/stream.h). A picture then colours only significant changes, leaves the others grey,
 * and marks code that only moved.
 */
#ifndef VIEW_EVIDENCE_H
#define VIEW_EVIDENCE_H

#include "view/layout.h"

/* A finding about a function. */
struct finding {
	str_id name;
	struct str verdict, kind, change, low, high, q; /* as in the comment */
};

enum evidence_flag {
	EVIDENCE_UP = 1,          /* its value rose in some place */
	EVIDENCE_DOWN = 2,        /* it fell */
	EVIDENCE_BLAME = 4,       /* it is on a path to code that became slower */
	EVIDENCE_MOVED_UP = 8,    /* it rose by code that only moved */
	EVIDENCE_MOVED_DOWN = 16, /* it fell by code that only moved */
};

/* Code that moved from one function to another. */
struct move {
	str_id from, to;
};

struct evidence {
	bool known;       /* if false, every change counts */
	struct str about; /* a line that says what was compared */
	struct finding *finding;
	size_t n, cap;
	struct str *path; /* paths to code that became slower: names joined by ';' */
	size_t npath, path_cap;
	struct move *move;
	size_t nmove, move_cap;
	uint8_t *node; /* by node of the tree: enum evidence_flag */
	uint32_t nnode;
};

/* Read the verdicts from p's comments, and mark the nodes of t, a tree of p. */
void evidence_init(struct evidence *e, const struct profile *p, const struct tree *t);
void evidence_release(struct evidence *e);

/* Is the node's change significant, or is nothing known about it? */
bool evidence_for(const struct evidence *e, const struct layout *l, uint32_t node);

/* Is the node's change known to be that of code that only moved? */
bool evidence_moved(const struct evidence *e, const struct layout *l, uint32_t node);

static inline bool evidence_blames(const struct evidence *e, uint32_t node)
{
	return e->known && e->node[node] & EVIDENCE_BLAME;
}

/* Did the function's value rise? */
bool finding_is_up(const struct finding *f);

/* Did the function's code only move? */
bool finding_is_moved(const struct finding *f);

/* Append "SLOWER self: +51% [+41%, +63%], q=2e-06" for people. */
void finding_put(struct buf *b, const struct finding *f);

#endif
