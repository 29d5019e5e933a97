/*
 * Label selectors, as Prometheus and Pyroscope write them:
 *
 *	{service_name="api", region=~"eu-.*", "k8s.pod"!="", host!~`db[0-9]`}
 *
 * The operators are =, !=, =~ and !~. Values are quoted in "" or '' (with Go's
 * escapes) or in `` (as they are), and so are names that are not plain words. A
 * pattern must match the whole value. A label that a sample does not have is
 * empty. A numeric label's value is its decimal text. Before the braces there
 * may be a profile type id (profile/type.h), or a name, which is the same as
 * __name__="name" inside; with either, the braces may be left out.
 *
 * Labels select samples. These names select sample types instead: __profile_type__
 * (the whole id), __name__, __type__, __unit__, __period_type__, __period_unit__
 * (its five parts). The two kinds of matchers are separate, and both work on text alone,
 * before any profile is decoded: an index of label sets and type ids is enough to find
 * the profiles that have to be read.
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

/* All have to match; none matches everything. */
struct matchers {
	struct matcher *v;
	size_t n, cap;
};

struct selector {
	struct matchers types;  /* of sample types, by the special names above */
	struct matchers labels; /* of samples */
	struct arena bytes;     /* of names and values */
};

/* A label, whose value is text, be it numeric or not. */
struct label_text {
	struct str name, value;
};

/* Could the text be meant as a selector? It has a '{', or four colons or more. */
bool selector_looks_like(struct str text);

/*
 * False when the text is no selector: what is wrong, and at which offset, is
 * appended to *error. In both cases selector_release() releases everything.
 */
bool selector_parse(struct selector *s, struct str text, struct buf *error);

/*
 * Append the selector as text. selector_parse() makes the same of it, matcher by
 * matcher; a type id or a name comes before the braces where it may.
 */
void selector_print(const struct selector *s, struct buf *b);

/*
 * Does a set of n labels, in any order, match? A name that occurs several times has
 * all those values: = and =~ want one of them to match, != and !~ none. False, too,
 * when a pattern gave up: see selector_check().
 */
bool selector_matches_labels(struct selector *s, const struct label_text *labels, size_t n);

/*
 * Is a label of that name one that matchers of the other name are about? The same, or
 * profile_id, which is what Pyroscope's older SDKs call span_id.
 */
bool matcher_is_about(struct str name, struct str label);

/* Does a sample type match, given its id (profile/type.h)? */
bool selector_matches_type(struct selector *s, struct str type_id);

/* Did all patterns keep within bounds? False, with which did not in *error. */
bool selector_check(const struct selector *s, struct buf *error);

/*
 * Leave out the columns and samples that are not selected; no sample may be left. False,
 * with *error, when there is no such sample type or a pattern gave up.
 */
bool selector_apply(struct selector *s, struct profile *p, struct buf *error);

void selector_release(struct selector *s);

#endif
