/*
 * Label selectors, as Prometheus and Pyroscope write them:
 *
 *	{service_name="api", region=~"eu-.*", "k8s.pod"!="", host!~`db[0-9]`}
 *
 * The operators are =, !=, =~ and !~. Values are quoted in "" or '' (with Go's
 * escapes) or in `` (as they are), and so are names that are not plain words. A
 * pattern must match the whole value. A label that a sample does not have is
 * empty. A numeric label's value is its decimal text. A profile type id
 * (profile/type.h) or a name, which is the same as __name__="name" inside, may
 * precede the braces; the braces may then be left out.
 *
 * Labels select samples. These names select sample types instead: __profile_type__
 * (the whole id), __name__, __type__, __unit__, __period_type__, __period_unit__
 * (its five parts); a __name__ of five parts is the whole id. The two kinds of matchers are separate, and both work on text alone,
 * before any profile is decoded: an index of label sets and type ids is enough to find
 * the profiles that have to be read.
 */
#ifndef QUERY_SELECTOR_H
#define QUERY_SELECTOR_H

#include "profile/profile.h"
#include "query/select/regex.h"

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

/* A label whose value, even if numeric, is text. */
struct label_text {
	struct str name, value;
};

/* Does the text look like a selector? It has a '{', or at least four colons. */
bool selector_looks_like(struct str text);

/*
 * Parse a selector. False if the text is malformed, with the reason and the offset appended to
 * *error. In both cases selector_release() releases everything.
 */
bool selector_parse(struct selector *s, struct str text, struct buf *error);

/*
 * Append the selector as text, which selector_parse() reads back to the same matchers. A type
 * id or a name precedes the braces if possible.
 */
void selector_print(const struct selector *s, struct buf *b);

/*
 * Does a set of n labels, in any order, match? A name that occurs several times has all those
 * values: = and =~ need one of them to match, != and !~ none. Also false if a pattern gave up:
 * see selector_check().
 */
bool selector_matches_labels(struct selector *s, const struct label_text *labels, size_t n);

/* The same for a set of labels in a dictionary. */
bool selector_matches_set(struct selector *s, const struct dictionary *d, label_set_id set);

/*
 * Do matchers of `name` apply to a label of the name `label`? They do if both are the same, or
 * if they are span_id and profile_id, which older SDKs of Pyroscope use for span_id.
 */
bool matcher_is_about(struct str name, struct str label);

/* Does a sample type match, given its id (profile/type.h)? */
bool selector_matches_type(struct selector *s, struct str type_id);

/* Did all patterns stay within bounds? False, with the one that did not in *error. */
bool selector_check(const struct selector *s, struct buf *error);

/*
 * Remove the columns and samples that are not selected, which may be all samples. False, with
 * *error, if there is no such sample type or a pattern gave up.
 */
bool selector_apply(struct selector *s, struct profile *p, struct buf *error);

void selector_release(struct selector *s);

#endif
