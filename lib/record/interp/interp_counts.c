#include "record/interp/interp_counts.h"

const char *interp_outcome_name(enum interp_outcome o)
{
	static const char *const names[] = {
		[INTERP_MERGED] = "whole",
		[INTERP_EARLY] = "before the interpreter was found",
		[INTERP_NOT_READ] = "not readable",
		[INTERP_MISMATCH] = "unlike the native stack",
		[INTERP_CUT] = "cut off",
	};

	return names[o];
}

const char *interp_kind_name(enum interp_kind k)
{
	static const char *const names[] = {
		[INTERP_NONE] = "none",
		[INTERP_PYTHON] = "Python",
		[INTERP_RUBY] = "Ruby",
		[INTERP_PHP] = "PHP",
	};

	return names[k];
}

const char *interp_end_name(enum interp_end e)
{
	static const char *const names[] = {
		[INTERP_WHOLE] = "whole",
		[INTERP_NO_THREAD] = "a thread without a state",
		[INTERP_TWO] = "a thread of two interpreters",
		[INTERP_UNREADABLE] = "memory that could not be read",
		[INTERP_NO_CODE] = "a frame without code",
		[INTERP_DEEP] = "too many frames",
		[INTERP_SWITCHED] = "a change of fibers",
	};

	return names[e];
}

struct interp_counts interp_counts_since(const struct interp_counts *now,
					 const struct interp_counts *then)
{
	struct interp_counts c = *now;

	for (int k = 0; k < INTERP_KINDS; k++) {
		for (int i = 0; i < INTERP_OUTCOMES; i++)
			c.outcome[k][i] -= then->outcome[k][i];
		for (int i = 0; i < INTERP_ENDS; i++)
			c.by_end[k][i] -= then->by_end[k][i];
	}
	c.unnamed -= then->unnamed;
	return c;
}

void interp_counts_add(struct interp_counts *to, const struct interp_counts *c)
{
	for (int k = 0; k < INTERP_KINDS; k++) {
		for (int i = 0; i < INTERP_OUTCOMES; i++)
			to->outcome[k][i] += c->outcome[k][i];
		for (int i = 0; i < INTERP_ENDS; i++)
			to->by_end[k][i] += c->by_end[k][i];
	}
	to->unnamed += c->unnamed;
}
