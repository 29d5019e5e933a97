/*
 * The verdicts in a differential profile: prof-diff(1) compares replicates and writes the
 * result into comments (diff.about=, diff.row=, diff.moved=, diff.path=; see
 * compare/stream.h). A picture then colours only changes that are more than chance, leaves
 * others grey, and marks code that only moved.
 */
#ifndef VIEW_EVIDENCE_H
#define VIEW_EVIDENCE_H

#include "view/layout.h"

/* What was found about a function. */
struct finding {
	str_id name;
	struct str verdict, kind, change, low, high, q; /* as they were written */
};

enum evidence_flag {
	EVIDENCE_UP = 1,          /* it became more, somewhere */
	EVIDENCE_DOWN = 2,        /* it became less */
	EVIDENCE_BLAME = 4,       /* it is on a path to what became slower */
	EVIDENCE_MOVED_UP = 8,    /* it became more by code that only moved */
	EVIDENCE_MOVED_DOWN = 16, /* it became less by code that only moved */
};

/* Code went from one function to another. */
struct move {
	str_id from, to;
};

struct evidence {
	bool known;       /* else everything counts */
	struct str about; /* a line that says what was compared */
	struct finding *finding;
	size_t n, cap;
	struct str *path; /* ways to what got slower: names joined by ';' */
	size_t npath, path_cap;
	struct move *move;
	size_t nmove, move_cap;
	uint8_t *node; /* by node of the tree: enum evidence_flag */
	uint32_t nnode;
};

/* From p's comments, about the nodes of a tree of it. */
void evidence_init(struct evidence *e, const struct profile *p, const struct tree *t);
void evidence_release(struct evidence *e);

/* Is the node's change more than chance, as far as is known? */
bool evidence_for(const struct evidence *e, const struct layout *l, uint32_t node);

/* Is it, and is it the change of code that only moved? */
bool evidence_moved(const struct evidence *e, const struct layout *l, uint32_t node);

static inline bool evidence_blames(const struct evidence *e, uint32_t node)
{
	return e->known && e->node[node] & EVIDENCE_BLAME;
}

/* Did it become more, somewhere? */
bool finding_is_up(const struct finding *f);

/* Is that code that only moved? */
bool finding_is_moved(const struct finding *f);

/* Append "SLOWER self: +51% [+41%, +63%], q=2e-06" for people. */
void finding_put(struct buf *b, const struct finding *f);

#endif
