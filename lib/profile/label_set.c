/* Sets of labels: lists, sorted by label number, that share their tails. */
#include "base/buf.h"
#include "profile/dictionary.h"

static label_set_id push_label(struct dictionary *d, label_set_id rest, label_id label)
{
	struct label_set row = { rest, label };

	return (label_set_id){ table_intern(&d->label_set, &row) };
}

/* Add the gathered labels to a set again, the last gathered first. */
static label_set_id push_all(struct dictionary *d, label_set_id set, struct buf *gathered)
{
	const label_id *l = (const label_id *)gathered->p;

	for (size_t i = gathered->n / sizeof(*l); i-- > 0;)
		set = push_label(d, set, l[i]);
	buf_release(gathered);
	return set;
}

label_set_id dict_add_label(struct dictionary *d, label_set_id set, struct label l)
{
	label_id id = { table_intern(&d->label, &l) };
	struct buf above = { 0 };

	for (const struct label_set *row; set.i; set = row->rest) {
		row = dict_label_set(d, set);
		if (row->label.i <= id.i)
			break;
		buf_put(&above, &row->label, sizeof(row->label));
	}
	return push_all(d, push_label(d, set, id), &above);
}

label_set_id dict_add_text_label(struct dictionary *d, label_set_id set, struct str key,
				 struct str value)
{
	struct label l = { .key = dict_intern(d, key), .str = dict_intern(d, value) };

	return dict_add_label(d, set, l);
}

label_set_id dict_add_number_label(struct dictionary *d, label_set_id set, struct str key,
				   int64_t value)
{
	struct label l = { .key = dict_intern(d, key), .is_num = 1, .num = value };

	return dict_add_label(d, set, l);
}

label_set_id dict_drop_label(struct dictionary *d, label_set_id set, str_id key)
{
	struct buf kept = { 0 };
	bool found = false;

	for (label_set_id at = set; at.i; at = dict_label_set(d, at)->rest) {
		label_id label = dict_label_set(d, at)->label;

		if (dict_label(d, label)->key.i == key.i)
			found = true;
		else
			buf_put(&kept, &label, sizeof(label));
	}
	if (found)
		return push_all(d, (label_set_id){ 0 }, &kept);
	buf_release(&kept);
	return set;
}

const struct label *dict_find_label(const struct dictionary *d, label_set_id set, str_id key)
{
	for (; set.i; set = dict_label_set(d, set)->rest) {
		const struct label *l = dict_label(d, dict_label_set(d, set)->label);

		if (l->key.i == key.i)
			return l;
	}
	return NULL;
}
