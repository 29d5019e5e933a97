/* Sets of labels: lists, sorted by label number, that share their tails. */
#include "profile/profile.h"

static labels_id push_label(struct profile *p, labels_id rest, label_id label)
{
	struct labels row = { rest, label };

	return (labels_id){ table_intern(&p->labels, &row) };
}

/* Put the labels gathered on top of a set back, the last gathered first. */
static labels_id push_all(struct profile *p, labels_id set, struct buf *gathered)
{
	const label_id *l = (const label_id *)gathered->p;

	for (size_t i = gathered->n / sizeof(*l); i-- > 0;)
		set = push_label(p, set, l[i]);
	buf_release(gathered);
	return set;
}

labels_id profile_add_label(struct profile *p, labels_id set, struct label l)
{
	label_id id = { table_intern(&p->label, &l) };
	struct buf above = { 0 };

	for (const struct labels *row; set.i; set = row->rest) {
		row = profile_labels(p, set);
		if (row->label.i <= id.i)
			break;
		buf_put(&above, &row->label, sizeof(row->label));
	}
	return push_all(p, push_label(p, set, id), &above);
}

labels_id profile_drop_label(struct profile *p, labels_id set, str_id key)
{
	struct buf kept = { 0 };
	bool found = false;

	for (labels_id at = set; at.i; at = profile_labels(p, at)->rest) {
		label_id label = profile_labels(p, at)->label;

		if (profile_label(p, label)->key.i == key.i)
			found = true;
		else
			buf_put(&kept, &label, sizeof(label));
	}
	if (found)
		return push_all(p, (labels_id){ 0 }, &kept);
	buf_release(&kept);
	return set;
}

const struct label *profile_find_label(const struct profile *p, labels_id set, str_id key)
{
	for (; set.i; set = profile_labels(p, set)->rest) {
		const struct label *l = profile_label(p, profile_labels(p, set)->label);

		if (l->key.i == key.i)
			return l;
	}
	return NULL;
}
