/*
 * Comments, a row each: facts "key=NUMBER" that are added up are found by their key,
 * all others by their text.
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
