/*
 * The regular expressions that filter stacks. They are matched with the functions and mappings
 * of a profile, once with each string.
 */
#ifndef QUERY_PATTERN_H
#define QUERY_PATTERN_H

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

struct pattern {
	struct str text; /* the caller's; empty if there is none */
	struct regex re;
	bool plain_names; /* see pattern_kind */
	uint8_t *memo;    /* by string of the profile */
	uint32_t nmemo;
	bool matched; /* it has matched at least once */
};

struct pattern_kind {
	const char *name; /* as on the command line: "show-from" */
	enum regex_mode mode;
	bool plain_names; /* matched with function names only, and without parameters */
};
extern const struct pattern_kind pattern_kinds[NPATTERN];

/*
 * Set a pattern of that kind. False, with the reason appended to *error, if the text is not a
 * regular expression. A zeroed pattern, or one of empty text, is unset.
 */
bool pattern_set(struct pattern *pattern, enum frame_pattern kind, struct str text,
		 struct buf *error);

static inline bool pattern_is_set(const struct pattern *pattern)
{
	return pattern->text.n != 0;
}

/* Must be called before the first match with strings of this profile. */
void pattern_begin(struct pattern *pattern, const struct profile *p);

/* Does it match the function's name or file? A frame without function has neither. */
bool pattern_matches_function(struct pattern *pattern, const struct profile *p, loc_id loc);

/* Does it match the file of the location's mapping? */
bool pattern_matches_mapping(struct pattern *pattern, const struct profile *p, loc_id loc);

void pattern_release(struct pattern *pattern);

#endif
