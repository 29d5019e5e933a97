/* Folded stacks: what the reader (folded.c) and the writer (folded_write.c) share. */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include "io/out.h"
#include "profile/profile.h"

/* The count of a line: whole + frac * 10^-18. */
struct folded_count {
	int64_t whole;
	uint64_t frac;
};

/*
 * Parse "12", "-3", "6." or "31.25". False unless the whole slice is a count. Decimals
 * after the eighteenth are dropped.
 */
bool folded_count(struct str s, struct folded_count *c);

/*
 * Write the default column: stacks in byte order, each once, integers, no header. A
 * differential profile has two numbers per line, base and new. In a name, ';' becomes
 * ':' and a control character a blank; a name that ends in what looks like a count gets
 * a '_' at its end.
 */
void folded_write(struct out *out, struct profile *p);

#endif
