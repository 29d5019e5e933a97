/* Names of matchers that select sample types: what they stand for. */
#ifndef QUERY_SELECTOR_PARTS_H
#define QUERY_SELECTOR_PARTS_H

#include "base/str.h"

/* Else the number of a part of a type id, from 0. */
enum { PART_WHOLE = -1, PART_NONE = -2 };

/* Which part of a type id the name stands for; PART_NONE for a label. */
int matcher_part(struct str name);

#endif
