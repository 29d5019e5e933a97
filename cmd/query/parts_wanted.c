#include "cmd/query/parts_wanted.h"

#include "base/vec.h"
#include "cmd/common.h"

struct labels VEC_OF(struct str);

static void add_list(struct labels *l, const char *list)
{
	struct str rest = str_of(list);

	while (rest.n) {
		struct str name = str_cut(&rest, ',');

		if (name.n)
			vec_push(l, name);
	}
}

/* A condition without a key applies to all labels. */
static void add_tags(struct labels *l, const struct tag_filter *tags)
{
	for (size_t i = 0; i < tags->n; i++) {
		if (tags->condition[i].key.p)
			vec_push(l, tags->condition[i].key);
		else
			common.all_labels = true;
	}
}

void choose_parts(const struct parts_wanted *w)
{
	static struct labels labels; /* common refers to it */
	unsigned features = w->report ? w->report->features : 0;

	for (size_t i = 0; i < LEN(w->lists); i++)
		add_list(&labels, w->lists[i]);
	add_tags(&labels, w->tags);
	common.label = labels.v;
	common.nlabel = labels.n;
	common.all_labels |= (features & REPORT_HAS_LABELS) != 0;
	common.shows_all_types = (features & REPORT_HAS_ALL_TYPES) != 0;
	common.one_type = w->report && !w->two_types && !common.shows_all_types;
	common.no_stacks = features & REPORT_HAS_NO_STACKS && !w->has_filters;
}
