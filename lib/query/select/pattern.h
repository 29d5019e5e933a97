/*
 * The regular expressions that filter stacks. They are matched with the functions and mappings
 * of a profile, once with each string. There may be several of a kind: any of them may match, but
 * PATTERN_FOCUS keeps stacks in which each has a match.
 */
#ifndef QUERY_PATTERN_H
#define QUERY_PATTERN_H

#include "base/vec.h"
#include "profile/profile.h"
#include "query/select/regex.h"

/* In the order in which they apply. */
enum frame_pattern {
	/*
	 * The profile's own drop_frames and keep_frames. A function that matches the first but
	 * not the second is dropped with all that it calls. Frames above the first one that
	 * matches neither stay.
	 */
	PATTERN_DROP,
	PATTERN_KEEP,
	PATTERN_LEAF,       /* keep stacks whose leaf function matches */
	PATTERN_FOCUS,      /* keep stacks with a location that matches */
	PATTERN_IGNORE,     /* drop stacks with a location that matches */
	PATTERN_HIDE,       /* leave out functions that match */
	PATTERN_SHOW,       /* leave out functions that do not, and frames without a name */
	PATTERN_SHOW_FROM,  /* leave out frames above the first location that matches */
	PATTERN_PRUNE_FROM, /* leave out frames below the last one; names only */
	NPATTERN
};

enum { MOST_PATTERNS = 16 }; /* of a kind */

struct pattern_text {
	struct str text; /* the caller's */
	struct regex re;
	bool matched; /* it has matched at least once */
};

struct pattern {
	VEC(struct pattern_text) list;
	bool plain_names; /* see pattern_kind */
	uint32_t *memo;   /* by string of the profile */
	uint32_t nmemo;
};

struct pattern_kind {
	const char *name; /* as on the command line: "show-from" */
	enum regex_mode mode;
	bool plain_names; /* matched with function names only, and without parameters */
};
extern const struct pattern_kind pattern_kinds[NPATTERN];

/*
 * Add one to a pattern of that kind, which is zeroed at first. Empty text is none. False, with
 * the reason appended to *error, if the text is not a regular expression, or one too many.
 */
bool pattern_add(struct pattern *pattern, enum frame_pattern kind, struct str text,
		 struct buf *error);

static inline bool pattern_is_set(const struct pattern *pattern)
{
	return pattern->list.n != 0;
}

/* Must be called before the first match with strings of this profile. */
void pattern_begin(struct pattern *pattern, const struct profile *p);

/*
 * Which match the function's name or file, as a set of bits? A frame without function has
 * neither.
 */
uint32_t pattern_matches_function(struct pattern *pattern, const struct profile *p, loc_id loc);

/* Which match the file of the location's mapping? */
uint32_t pattern_matches_mapping(struct pattern *pattern, const struct profile *p, loc_id loc);

void pattern_release(struct pattern *pattern);

#endif
