/*
 * Regular expressions (PCRE2, compiled to machine code), bounded: a match takes a few
 * milliseconds at most. One that would take longer is an error and not "no match", since
 * an answer without it would be wrong.
 *
 * Texts are UTF-8; other bytes match nothing. '$' matches only at the end of the text, and
 * not before a newline at the end.
 */
#ifndef QUERY_REGEX_H
#define QUERY_REGEX_H

#include "base/buf.h"

enum regex_mode {
	REGEX_ANYWHERE, /* matches a part of the text */
	REGEX_WHOLE,    /* matches all of it; '.' also matches a newline */
};

struct regex {
	struct pcre2_real_code_8 *code;
	struct pcre2_real_match_context_8 *limits;
	struct pcre2_real_match_data_8 *data;
	struct pcre2_real_jit_stack_8 *stack;
	const char *failed; /* why regex_match() gave up, or NULL */
};

/*
 * Compile a pattern. False when it is not one: why is appended to *error, with the
 * offset in the pattern. In both cases regex_release() releases everything.
 */
bool regex_init(struct regex *re, struct str pattern, enum regex_mode mode, struct buf *error);

/*
 * Does it match? False, with re->failed set, when that cannot be found out within
 * bounds; it then stays set, so that one look after many matches is enough.
 */
bool regex_match(struct regex *re, struct str text);

void regex_release(struct regex *re);

#endif
