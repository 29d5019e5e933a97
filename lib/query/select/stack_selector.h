/*
 * Selecting stacks, in one of two ways:
 *
 *	function	a pattern for a part of any frame's name, or of the leaf's
 *	frames		matchers as in a selector, with the label names
 *				function	each frame's; several frames are several values
 *				self		the leaf's
 *				path		all frames', root first, joined by ';'
 *
 * Results are cached by row of the dictionary.
 */
#ifndef QUERY_STACK_SELECTOR_H
#define QUERY_STACK_SELECTOR_H

#include "base/vec.h"
#include "query/select/selector.h"

struct stack_selector {
	struct regex *function;  /* the caller's; NULL: any */
	struct selector *frames; /* the caller's; NULL: any */
	bool self;               /* function is matched with the leaf alone */
	/* By row of `dict`: 0 unknown, 1 no, 2 yes. */
	struct dictionary *dict;
	VEC(uint8_t) loc;
	VEC(uint8_t) stack;
	VEC(struct label_text) label; /* scratch */
};

/* Are all stacks selected? */
bool stack_selector_is_empty(const struct stack_selector *s);

/* Is the stack selected? Patterns may give up: see regex_match() and selector_check(). */
bool stack_selector_wants(struct stack_selector *s, struct dictionary *d, stack_id stack);

/* Append the names of a stack's frames, root first, joined by ';'. */
void stack_path(struct dictionary *d, stack_id stack, struct buf *path);

/* Forget the results for the dictionary, so that it may be released. */
void stack_selector_forget(struct stack_selector *s);

void stack_selector_release(struct stack_selector *s);

#endif
