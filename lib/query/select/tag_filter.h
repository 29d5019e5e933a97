/*
 * Filtering samples by their labels (pprof calls them tags):
 *
 *	KEY=RE        a value of that label matches (a numeric one as decimal text)
 *	RE            the same for any label, as "KEY:VALUE"
 *	KEY=LO:HI     a numeric value within these bounds, both included
 *
 * A bound may be left out and may have a unit ("4kb:", "10ms:2s"). A single number
 * ("KEY=64") must be equal. A bound without a unit is compared with the plain number. A
 * label without a unit has the unit that pprof assumes: the unit of "bytes" is its name.
 */
#ifndef QUERY_TAG_FILTER_H
#define QUERY_TAG_FILTER_H

#include "profile/profile.h"
#include "query/select/regex.h"

enum tag_condition_kind { TAG_MATCHES, TAG_MATCHES_NOT, TAG_IN_RANGE };

/* One end of a range. */
struct tag_bound {
	bool given;
	int64_t value;
	struct str unit; /* empty if there is none */
};

struct tag_condition {
	enum tag_condition_kind kind;
	struct str text; /* as given; the caller's */
	struct str key;  /* p is NULL for any */
	struct regex re;
	struct tag_bound low, high;
	bool matched; /* it has matched a label */
};

struct tag_filter {
	struct tag_condition *condition;
	size_t n, cap;
};

/* The name of a kind on the command line: "tag", "no-tag", "tag-range". */
const char *tag_condition_name(enum tag_condition_kind kind);

/*
 * Add a condition; all must hold. False if the text is malformed, with the reason appended to
 * *error. A zeroed filter is valid, and has no condition.
 */
bool tag_filter_add(struct tag_filter *f, enum tag_condition_kind kind, struct str text,
		    struct buf *error);

/* Are samples with these labels kept? */
bool tag_filter_keeps(struct tag_filter *f, const struct profile *p, label_set_id set);

/* The unit of a numeric label: its own, else the one that its key implies. */
struct str tag_unit(const struct profile *p, const struct label *l);

void tag_filter_release(struct tag_filter *f);

#endif
