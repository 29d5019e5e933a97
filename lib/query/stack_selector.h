/*
 * Which stacks a question is about. Two ways to say it:
 *
 *	function	a pattern that a part of some frame's name matches, or of the leaf's
 *	frames		matchers as in a selector, of the names
 *				function	each frame's; several frames are several values
 *				self		the leaf's
 *				path		all frames', root first, joined by ';'
 *
 * Answers are remembered by row of the dictionary.
 */
#ifndef QUERY_STACK_SELECTOR_H
#define QUERY_STACK_SELECTOR_H

#include "base/vec.h"
#include "query/selector.h"

struct stack_selector {
	struct regex *function;  /* the caller's; NULL: any */
	struct selector *frames; /* likewise */
	bool self;               /* function is matched with the leaf alone */
	/* By row of `dict`: 0 not known, 1 no, 2 yes. */
	struct dictionary *dict;
	VEC(uint8_t) loc;
	VEC(uint8_t) stack;
	VEC(struct label_text) label; /* scratch */
};

/* Are all stacks wanted? */
bool stack_selector_is_empty(const struct stack_selector *s);

/* Is the stack wanted? Patterns may give up: see regex_match() and selector_check(). */
bool stack_selector_wants(struct stack_selector *s, struct dictionary *d, stack_id stack);

/* Append the names of a stack's frames, root first, joined by ';'. */
void stack_path(struct dictionary *d, stack_id stack, struct buf *path);

/* Forget what is remembered of the dictionary, which may be released then. */
void stack_selector_forget(struct stack_selector *s);

void stack_selector_release(struct stack_selector *s);

#endif
