/*
 * Recognising JSON formats by the names in the head of an input. Objects have no magic
 * number, and their members no order: a format lists the paths that only it has, any of
 * which may come first.
 *
 *	if (json_has(s, S("nodes.*.callFrame")))
 *		return JSON_BITS;
 *
 * A path is the keys that lead to a value, joined by dots; "*" is an element of an array,
 * and "#" one that is a number. A path is found only if it is at most JSON_PATH_DEEPEST
 * steps long.
 */
#ifndef FORMAT_JSON_JSON_PATHS_H
#define FORMAT_JSON_JSON_PATHS_H

#include "format/sniff.h"

enum {
	JSON_PATH_DEEPEST = 4,
	JSON_ANY_BITS =
		8,      /* the bid for "this is JSON", or for a path that other formats may have */
	JSON_BITS = 64, /* the bid for a path that only one format has */
};

/* Is the head of the input JSON? */
bool json_is_json(struct sniff *s);

/* Does the JSON text have a value at this path, in its head? */
bool json_has(struct sniff *s, struct str path);

#endif
