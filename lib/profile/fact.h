/*
 * The comments of a profile, one row each. The key of a fact "key=NUMBER" that counts
 * something is its name; that of any other comment is its whole text.
 */
#ifndef PROFILE_FACT_H
#define PROFILE_FACT_H

#include "profile/profile.h"

struct comment {
	str_id key; /* of a fact that counts something: "lost"; else the text */
	uint32_t is_count;
	/* Payload */
	str_id text;
	uint32_t zero;
};

void facts_init(struct table *comments);

#endif
