/*
 * Label selectors, as Prometheus and Pyroscope write them:
 *
 *	{service_name="api", region=~"eu-.*", "k8s.pod"!="", host!~`db[0-9]`}
 *
 * The operators are =, !=, =~ and !~. Values stand in "", '' (with Go's escapes)
 * or `` (as they are); names that are not plain words stand in quotes, too. A
 * pattern must match the whole value. A label that a sample does not have is
 * empty. A numeric label's value is its decimal text. In front of the braces a
 * profile type id may stand (profile/type.h), or a name, which is the same as
 * __name__="name" inside; with either, the braces may be left out.
 *
 * Labels select samples. These names select sample types instead: __profile_type__
 * (the whole id), __name__, __type__, __unit__, __period_type__, __period_unit__
 * (its five parts).
 */
#ifndef QUERY_SELECTOR_H
#define QUERY_SELECTOR_H

#include "profile/profile.h"
#include "query/regex.h"

enum matcher_op { MATCH_EQUAL, MATCH_NOT_EQUAL, MATCH_REGEX, MATCH_NOT_REGEX };

struct matcher {
	struct str name, value;
	enum matcher_op op;
	struct regex re; /* of the last two */
};

struct selector {
	struct matcher *matcher;
	size_t n, cap;
	struct arena bytes; /* of names and values */
};

/* Could the text be meant as a selector? It has a '{', or four colons or more. */
bool selector_looks_like(struct str text);

/*
 * False when the text is no selector: what is wrong, and at which offset, is
 * appended to *error. In both cases selector_release() releases everything.
 */
bool selector_parse(struct selector *s, struct str text, struct buf *error);

/*
 * Drop the columns and samples that are not selected; all samples may be gone
 * then. False, with *error, when there is no such sample type or a pattern gave
 * up.
 */
bool selector_apply(struct selector *s, struct profile *p, struct buf *error);

void selector_release(struct selector *s);

#endif
