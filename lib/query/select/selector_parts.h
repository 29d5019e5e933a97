/* What parsing, printing and evaluating selectors have in common. */
#ifndef QUERY_SELECTOR_PARTS_H
#define QUERY_SELECTOR_PARTS_H

#include "base/str.h"

/* Results of matcher_part() that are not the number of a part of a type id, from 0. */
enum { PART_WHOLE = -1, PART_NONE = -2 };

/* The part of a type id that a matcher's name means; PART_NONE for the name of a label. */
int matcher_part(struct str name);

/* Can the character be in a name without quotes, as its first one or as another? */
static inline bool selector_is_word(char c, bool first)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       (!first && c >= '0' && c <= '9');
}

/* A type id has four colons, or five with a sixth part, which is not about the type. */
static inline size_t selector_count_colons(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == ':';
	return n;
}

#endif
