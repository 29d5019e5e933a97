/*
 * Profile types as a list: in which order, and which of them is meant when none is named.
 * For an index of ids, which does not say how the types lay in the files: those of one name
 * and period were measured together, and lie in the order in which files have them, with
 * the default one last (samples before cpu, alloc_objects ... inuse_space).
 */
#ifndef PROFILE_TYPE_ORDER_H
#define PROFILE_TYPE_ORDER_H

#include "base/str.h"

struct type_parts {
	struct str id;
	struct str part[5]; /* name, type, unit, period type, period unit: of the id */
};

void type_parts_get(struct type_parts *t, struct str id);

/* For qsort() over arrays of what begins with a struct type_parts. */
int type_parts_compare(const void *a, const void *b);

/* Were they measured together? */
bool type_parts_are_together(const struct type_parts *a, const struct type_parts *b);

/*
 * Profiles have default types (profile_default_column()); which is that of their sum, or of a
 * report about one type? CPU time if one of them has it, else the first name in byte order.
 */
bool type_is_better_default(struct str name, struct str than);

/* Of two types in that order, is the later one the better default? */
bool type_parts_is_better(const struct type_parts *later, const struct type_parts *earlier);

#endif
