/* The name of a frame's item. */
#ifndef COMPARE_ITEM_NAME_H
#define COMPARE_ITEM_NAME_H

#include "compare/options.h"
#include "profile/profile.h"

/*
 * The frame's function, by a name that is the same in both builds: demangled, renamed by the
 * user's rules and without what compilers add; or its module or source file.
 */
str_id item_name(struct profile *p, loc_id id, const struct options *o);

#endif
