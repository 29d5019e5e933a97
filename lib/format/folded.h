/* The two halves of the folded format. */
#ifndef FORMAT_FOLDED_H
#define FORMAT_FOLDED_H

#include "io/out.h"
#include "profile/profile.h"

/* A count as it stands on a line: whole + frac * 10^-18. */
struct folded_count {
	int64_t whole;
	uint64_t frac;
};

/*
 * "12", "-3", "6.", "31.25": is the whole slice a count? Decimals beyond the
 * eighteenth are dropped.
 */
bool folded_count(struct str s, struct folded_count *c);

/*
 * Write the default column: sorted by stack in byte order, summed, integers, no
 * header. A differential profile gives two numbers a line, base and new. In a
 * name ';' becomes ':', a control character a blank, and a name that ends in
 * what looks like a count gets a '_' behind it.
 */
void folded_write(struct out *out, struct profile *p);

#endif
