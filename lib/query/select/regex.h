/*
 * Regular expressions (PCRE2, compiled to machine code) with bounded time: a match takes a few
 * milliseconds at most. One that would take longer is an error, not "no match", which could
 * make a result wrong.
 *
 * Texts are UTF-8; other bytes match nothing. '$' matches only at the end of the text, and
 * not before a newline at the end.
 */
#ifndef QUERY_REGEX_H
#define QUERY_REGEX_H

#include "base/buf.h"

enum regex_mode {
	REGEX_ANYWHERE, /* matches any part of the text */
	REGEX_WHOLE,    /* matches the whole text; '.' also matches a newline */
};

struct regex {
	struct pcre2_real_code_8 *code;
	struct pcre2_real_match_context_8 *limits;
	struct pcre2_real_match_data_8 *data;
	struct pcre2_real_jit_stack_8 *stack;
	const char *failed; /* why regex_match() gave up, or NULL */
};

/*
 * Compile a pattern. False if it is malformed, with the reason and the offset in the pattern
 * appended to *error. In both cases regex_release() releases everything.
 */
bool regex_init(struct regex *re, struct str pattern, enum regex_mode mode, struct buf *error);

/*
 * Does it match? False, with re->failed set, if the match exceeds the bounds. re->failed stays
 * set, so that one check after many matches is enough.
 */
bool regex_match(struct regex *re, struct str text);

void regex_release(struct regex *re);

#endif
